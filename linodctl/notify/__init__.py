"""Who else must know? Alerts when a task's state changes, and pings to a service that watches from outside.

The extra `notify` (apprise) sends alerts; only `post.py` imports it. Pings need no extra. `wiring.py` puts the room
beside the runner by one line.

```text
events ─► desk: which tasks? ─► after a short window: standing (now) against told (before) ─► message ─► sender ─► post
                                       told and unsent messages are noted in the state file first ┘
```
"""
