"""Settings for the test suite: the same as production, but with cheap passwords, no stored static files, and
little patience with a database that does not answer."""

import os
from urllib.parse import urlsplit

from flux_site.settings.base import *  # noqa: F403

# Tests run in several processes side by side (pytest-xdist): each has a test database of its own anyway, and
# gets a database of Redis and channels of its own here. The servers a test starts inherit its number.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
REDIS_URL = urlsplit(REDIS_URL)._replace(path=f"/{WORKER}").geturl()  # noqa: F405
CACHES["default"]["LOCATION"] = CELERY_BROKER_URL = REDIS_URL  # noqa: F405
STREAM_URL = ENVIRONMENT.stream_url or REDIS_URL  # noqa: F405
LIVE_CHANNELS = f"test-{WORKER}:live:"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = float(  # type: ignore[index]  # noqa: F405
    os.environ.get("FLUX_TEST_DATABASE_PATIENCE_S", "2")
)
RIGHTS_CHECK_S = 1.0
ASSISTANT_READS_AHEAD = False
