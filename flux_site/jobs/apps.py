"""Django application of jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "flux_site.jobs"
    label = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        """Load every app's tasks, so that a job kind is known wherever it is enqueued."""
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("tasks")
