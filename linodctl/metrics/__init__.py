"""What is told to Prometheus? The figures of a site, and a server that its scrapes go to.

state file ─► figures ─► exposition ─┬─► `linodctl metrics` (node exporter's textfile collector)
              (catalog)              └─► server ◄── Prometheus        (a thread of the runner)
"""
