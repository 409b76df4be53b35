"""Django application of the assistant."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AgentConfig(AppConfig):
    """The assistant."""

    name = "agent"
    verbose_name = "Assistant"

    def ready(self) -> None:
        """Settle what the assistant's database role may read after every migration."""
        from agent.services.reading_role import grant_reading_after_migrate

        post_migrate.connect(
            grant_reading_after_migrate, sender=self, dispatch_uid="agent.services.reading_role"
        )
