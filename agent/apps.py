"""Django application of the assistant."""

from django.apps import AppConfig


class AgentConfig(AppConfig):
    """The assistant."""

    name = "agent"
    verbose_name = "Assistant"
