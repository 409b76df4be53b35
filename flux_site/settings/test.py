"""Settings for the test suite: the same as production, but with cheap passwords, no stored static files, and
little patience with a database that does not answer."""

from flux_site.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 2  # type: ignore[index]  # noqa: F405
