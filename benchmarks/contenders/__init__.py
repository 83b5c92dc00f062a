"""Who is measured: one small module each, and a line in `everybody.py`.

The contract. A module has `PEER` (installed in the peers' venv, not with linodctl), `DISTRIBUTIONS` (what pip must have
installed), `PROGRAMS` (servers that must be there), and `TAKES_PART`: figure → label in the table → the options of that
label. It offers what its figures ask for (`figures/` says which), and imports its library within these functions only:

- `runs(count, ...) -> float`: have so many `jobs.nothing` run, as fast as it can; the seconds that took, from the
  moment they were due or put into the queue to the end of the last. Whatever starts up once is up before.
- `serve(plan, ...)`: become the scheduler of this `plan.Plan` (as a mapping) and go on until SIGTERM; each run is a
  `jobs.stamp` of the task's number. Children stay in the tree: they are watched and ended with it.
"""
