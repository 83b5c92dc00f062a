"""The torture test: a site with some thirty awkward tasks, killed, stopped, misconfigured and misled about the time,
whose own journal must agree with the state file at the end. `python -m tests.torture --minutes 10` runs it.

```
mischief ──signals, wishes, configs, clock──► launcher (a runner) ──► zygote ──► jobs ──starts, ends──► journal
    │                                              │                                                       │
    └──────────────── what was done ───────────────┴── state file ──────────────► audit ◄──────────────────┘
```
"""
