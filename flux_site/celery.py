"""The Celery application: long work runs here, never in a web process."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

app = Celery("flux")
app.config_from_object("django.conf:settings", namespace="CELERY")
