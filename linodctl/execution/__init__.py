"""How one run is carried out: in a child forked by a zygote, or in a thread of the runner.

```
runner ── Executor ── ZygoteLink ═══ control socket ═══ zygote ── forks ─┐
              │                                                          │
              └──── Worker ═══ channel: orders, cancel / reports ═══ worker (a run)
                           ═══ pipe: what C code and subprocesses write ═══┘
```

`executor.py` is the runner's side and the door; `zygote.py`, `worker.py` and what they import run in the children and
know nothing of tasks, recurrences or the state file. Nothing is imported here: each side takes what it needs.
"""
