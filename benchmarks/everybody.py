"""All contenders, in the table's order; a new one is a copy of a module in `contenders/` and a line here."""

from types import ModuleType

from benchmarks.contenders import (
    apscheduler,
    celery,
    cookbook,
    cronstable,
    fork,
    huey,
    linod,
    linodctl,
    procrastinate,
    programs,
    rq,
    schedule,
    yacron,
)

CONTENDERS: dict[str, ModuleType] = {
    "linodctl": linodctl,
    "fork": fork,
    "programs": programs,
    "apscheduler": apscheduler,
    "schedule": schedule,
    "huey": huey,
    "celery": celery,
    "rq": rq,
    "procrastinate": procrastinate,
    "linod": linod,
    "yacron": yacron,
    "cronstable": cronstable,
    "cookbook": cookbook,
}
