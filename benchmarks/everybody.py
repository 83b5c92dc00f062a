"""All contenders, in the table's order; a new one is a copy of a module in `contenders/` and a line here."""

from types import ModuleType

from benchmarks.contenders import apscheduler, cookbook, fork, linodctl, programs

CONTENDERS: dict[str, ModuleType] = {
    "linodctl": linodctl,
    "fork": fork,
    "programs": programs,
    "apscheduler": apscheduler,
    "cookbook": cookbook,
}
