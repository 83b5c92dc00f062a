"""When? Rules that yield due times ("slots"), read from phrases, Lino's fields, cron or RFC 5545.

Pure: no clock, no files. All instants are aware UTC datetimes.
"""

from linodctl.recurrence.options import parse_recurrence
from linodctl.recurrence.recurrence import NEVER, Recurrence
from linodctl.recurrence.rule import Span

__all__ = ["NEVER", "Recurrence", "Span", "parse_recurrence"]
