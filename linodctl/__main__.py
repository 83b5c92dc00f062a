"""`python -m linodctl` is `linodctl`."""

from __future__ import annotations

import sys

from linodctl.cli import main

if __name__ == "__main__":
    sys.exit(main())
