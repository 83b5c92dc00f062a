"""Who looks after the runner? What the service manager or container that started it is told, and what it asks for.

```
runner ── events ──► Host ── datagrams ──► $NOTIFY_SOCKET (systemd's sd_notify protocol)
container ── signals, orphans ──► first_process ── signals ──► runner
```

`unit.py` writes the unit file by which systemd runs a site.
"""
