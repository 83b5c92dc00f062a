"""Where do logs go? One log for a whole site: the runner writes it, and any process of the site logs there.

```
web app, workers … ── Handler ──► Unix socket ──► LogServer ──┐
                                                              ├──► SiteLog ──► log file, or stderr
runner ── Narrator; else: logging ──► SiteLogHandler ─────────┘
```
(The log of a run, which `linodctl logs` shows, is captured by `execution/`.)
"""

from linodctl.logserver.handler import Handler

__all__ = ["Handler"]
