"""WSGI: Django over HTTP, for a server beside the one that holds the websockets; see docs/graphql.md."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

from django.core.wsgi import get_wsgi_application

from flux_site.repeats import Repeats

application = Repeats(get_wsgi_application())
