"""The web application of ``conversations.py``, as a server loads it."""

from benchmarks.conversations import application as make

application = make()
