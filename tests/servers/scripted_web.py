"""The web application of tests whose questions are answered by a script."""

from flux_site.asgi import application
from tests.servers.scripted_answers import install

install()

__all__ = ["application"]
