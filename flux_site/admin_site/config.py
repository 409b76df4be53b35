"""Django application that puts our admin site in the place of the stock one."""

from django.contrib.admin.apps import AdminConfig


class FluxAdminConfig(AdminConfig):
    """The stock admin with our site."""

    default_site = "flux_site.admin_site.site.FluxAdminSite"
