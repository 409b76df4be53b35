"""Django application of the shared API parts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ApiConfig(AppConfig):
    """Shared API parts."""

    name = "flux_site.api"
    label = "api"
    verbose_name = "API access"

    def ready(self) -> None:
        """Renew the built-in roles after every migration."""
        from flux_site.api.roles import ensure_roles_after_migrate

        post_migrate.connect(ensure_roles_after_migrate, dispatch_uid="flux_site.api.roles")
