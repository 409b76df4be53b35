"""Processes that tests start, talk to and kill: web server, worker, and a proxy that cuts connections."""
