"""What can be asked and wished of a site: the one set of operations behind the commands, `open_site` and later the web.

Questions read the state file; wishes are written to it first, and then the runner is woken.
"""
