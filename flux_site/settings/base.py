"""The settings every process shares: web, worker, beat and commands."""

from pathlib import Path

from csp.constants import SELF

from flux_site.api.patience import PatientConnection
from flux_site.settings.environment import read_environment

ENVIRONMENT = read_environment()
BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.is_debug
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.trusted_origins)

INSTALLED_APPS = [
    "daphne",
    "flux_site.admin_site.config.FluxAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "channels",
    "strawberry_django",
    "django_celery_beat",
    "flux_site.api",
    "flux_site.jobs",
    "grid",
    "cascade",
    "agent",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "flux_site.api.outages.ServiceOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "flux_site.api.login.LoginMiddleware",
    "flux_site.api.audit.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "flux_site.urls"
ASGI_APPLICATION = "flux_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "flux_site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# A pool, because CONN_MAX_AGE > 0 leaks connections under ASGI.
DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "HOST": ENVIRONMENT.database.host,
        "PORT": ENVIRONMENT.database.port,
        "NAME": ENVIRONMENT.database.name,
        "USER": ENVIRONMENT.database.user,
        "PASSWORD": ENVIRONMENT.database.password,
        "OPTIONS": {
            "pool": {
                "min_size": 0,
                "max_size": 12,
                "timeout": 3,
                "max_idle": 60,
                "reconnect_timeout": 5,
                "connection_class": PatientConnection,
            },
            "connect_timeout": 3,
            # The check interval ends the statement of a client that gave up waiting.
            "options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c jit=off"
            " -c client_connection_check_interval=1000",
        },
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    },
    # Read-only, for querysets of the synced layers while PostGIS cannot answer them.
    "warehouse": {"ENGINE": "grid.federation.warehouse_database", "NAME": "warehouse"},
}
DATABASE_ROUTERS = ["grid.federation.warehouse_database.router.StoreRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["gis.W001"]  # GDAL 3.6 of Debian 12 works; the check only knows newer ones

REDIS_URL = ENVIRONMENT.redis_url
CACHES = {
    "default": {
        "BACKEND": "flux_site.cache.PooledRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "flux",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
    }
}
LIVE_CHANNELS = "flux:live:"  # start of the names of the channels by which processes tell what changed

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "flux"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    # One more try and then an error: a request must not wait six seconds to learn that Redis is down.
    "max_retries": 1,
    "interval_start": 0.2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 10
DJANGO_CELERY_BEAT_TZ_AWARE = True

WAREHOUSE_URL = ENVIRONMENT.warehouse_url
WAREHOUSE_QUERY_TIMEOUT_S = 60.0
IMPORT_FOLDER = ENVIRONMENT.import_folder or BASE_DIR / ".flux" / "imports"
IMPORT_MAX_BYTES = ENVIRONMENT.import_max_mb * 1024 * 1024
IMPORT_MAX_UNPACKED_BYTES = 8 * IMPORT_MAX_BYTES
IMPORT_KEEP_DAYS = 30
DOCUMENT_MAX_BYTES = 32 * 1024 * 1024  # of one file that the assistant reads
ASSISTANT_DATABASE_ROLE = ENVIRONMENT.assistant_database_role  # as which tools read; empty: the application's
ASSISTANT_QUERY_TIMEOUT_S = 10.0  # of each query that a question of the assistant asks of the warehouse
ASSISTANT_READS_AHEAD = True  # a web process reads what questions can be about before the first is asked
EMBEDDING_URL = ENVIRONMENT.embedding_url
EMBEDDING_MODEL = ENVIRONMENT.embedding_model
EMBEDDING_KEY = ENVIRONMENT.embedding_key
ASSISTANT_BACKEND = ENVIRONMENT.assistant.backend  # embedded, cortex or openai
ASSISTANT_PER_MINUTE = ENVIRONMENT.assistant.per_minute  # questions of one user
ASSISTANT_PER_DAY = ENVIRONMENT.assistant.per_day
ASSISTANT_MAX_QUESTION = 4000  # characters
ASSISTANT_ANSWERS_PER_USER = 3  # written at once
ASSISTANT_ANSWERS_AT_ONCE = 24  # in one process; more wait
ASSISTANT_ANSWER_LIMIT_S = 930.0  # a little more than the slowest server is given
ASSISTANT_LOST_AFTER_S = 30.0  # without a sign of life; a process gives six in that time
CORTEX_URL = ENVIRONMENT.assistant.cortex_url
CORTEX_AGENT = ENVIRONMENT.assistant.cortex_agent  # database, schema and name
CORTEX_ROLE = ENVIRONMENT.assistant.cortex_role
CORTEX_TOKEN_FILE = ENVIRONMENT.assistant.cortex_token_file
CORTEX_TOKEN = ENVIRONMENT.assistant.cortex_token
CORTEX_ACCOUNT = ENVIRONMENT.assistant.cortex_account
CORTEX_USER = ENVIRONMENT.assistant.cortex_user
CORTEX_PRIVATE_KEY_FILE = ENVIRONMENT.assistant.cortex_private_key_file
CORTEX_PRIVATE_KEY_PASSPHRASE = ENVIRONMENT.assistant.cortex_private_key_passphrase
CHAT_URL = ENVIRONMENT.assistant.chat_url
CHAT_MODEL = ENVIRONMENT.assistant.chat_model
CHAT_KEY = ENVIRONMENT.assistant.chat_key
EXPORT_FOLDER = ENVIRONMENT.export_folder or BASE_DIR / ".flux" / "exports"
EXPORT_KEEP_DAYS = ENVIRONMENT.export_keep_days
EXPORT_FREE_BYTES = ENVIRONMENT.export_free_mb * 1024 * 1024  # left on the disk by every export
LEARNING_DIR = (
    ENVIRONMENT.learning_folder or BASE_DIR / ".flux" / "learning"
)  # of data sets; shared by workers
LEARNING_DEVICE = ENVIRONMENT.learning_device  # auto: cuda where there is one
EXPORTS_AT_ONCE = 4  # of one user, waiting or running
OUTBOX_KEEP_DAYS = 30
CASCADE_INPUTS_KEEP_DAYS = 30  # of frozen networks and inputs that no run or batch refers to any more
STREAM_URL = ENVIRONMENT.stream_url or REDIS_URL
STREAM_PREFIX = ENVIRONMENT.stream_prefix
STREAM_BACKLOG_LIMIT = ENVIRONMENT.stream_backlog_limit
STREAM_BRONZE_EVERY_S = ENVIRONMENT.stream_bronze_every_s
STREAM_KEEP_HOURS = 48  # of readings and events; older ones are refused, since a replay could not be told
STREAM_DEAD_KEEP_DAYS = 30
AUDIT_KEEP_DAYS = 3 * 365  # the database lets nobody delete what is younger than 90 days
WAREHOUSE_QUERIES_AT_ONCE = 8  # in one process; more wait, and are then told that it is busy
WAREHOUSE_SLOT_WAIT_S = 2.0
OPERATIONAL_QUERY_TIMEOUT_S = 10.0  # of a question that the warehouse answers in place of PostGIS
POSTGIS_ANSWER_TIMEOUT_S = 3.0  # of an operational question; after it the warehouse is asked
LOGIN_LOOKUP_TIMEOUT_S = 2.0  # of PostgreSQL saying who asks; after it the rights last known hold
REQUEST_TIMEOUT_S = 35.0  # of all else a web request asks of PostgreSQL, above its statement timeout
VEGETATION_CLEARANCE_M = {  # must stay free around distribution lines: 10 ft, and 2 ft around service drops
    "BACKBONE": 3.05,
    "LATERAL": 3.05,
    "SERVICE": 0.6,
}
VEGETATION_MARGIN_M = 1.0  # beyond the MVCD around transmission lines
VEGETATION_SEARCH_M = 60.0  # from a tree's foot; lines farther off are none of its business
VEGETATION_CYCLE_YEARS = 4.0  # between two trims of the same span
RISK_LEVELS = {"ELEVATED": 30.0, "HIGH": 50.0, "CRITICAL": 70.0}  # from this score on, of 100
VULNERABILITY_TIERS = {"MODERATE": 0.1, "HIGH": 0.4, "CRITICAL": 0.7}  # from this likelihood of a cascade on
VULNERABILITY_TOP = 20  # of the predicted outages of a map that are simulated, the likeliest first
VULNERABILITY_MOST_SIMULATED = 2000  # predicted outages of a map, those of the recall set among them
VULNERABILITY_PRESENT_KEPT = 3  # maps of the present of each network
VULNERABILITY_HYPOTHETICAL_KEPT = 30
DATA_QUALITY_METER_TO_TRANSFORMER_M = 300.0  # farther apart is a finding; so for the next two
DATA_QUALITY_TRANSFORMER_TO_LINE_M = 50.0
DATA_QUALITY_POLE_TO_LINE_M = 50.0
DATA_QUALITY_LENGTH_OFF_FRAC = 0.2  # of a section's length from that of its route, and the next in any case
DATA_QUALITY_LENGTH_OFF_M = 20.0
DATA_QUALITY_VOLTAGE_OFF_FRAC = 0.05  # of a transformer's primary voltage from that of its circuit
TILES_AT_ONCE = 4  # drawn in one process; more wait, and are then told that it is busy
TILE_SLOT_WAIT_S = 2.0
TILES_PER_MINUTE = 3000  # drawn for one user; those kept do not count
TERRITORY_NAME = ENVIRONMENT.territory_name
TERRITORY_BBOX = ENVIRONMENT.territory_bbox
IS_TERRITORY_GIVEN = ENVIRONMENT.is_territory_given
AREA_MAX_SIDE_KM = ENVIRONMENT.area_max_side_km  # the largest area that one question may be about
MAP_STYLE_URL = ENVIRONMENT.map_style_url

LANGUAGE_CODE = "en-us"
TIME_ZONE = ENVIRONMENT.time_zone
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".flux" / "static"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [
    ("flux-admin", BASE_DIR / "flux_site" / "static_admin"),
    *([("app", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}


def is_immutable_file(path: str, url: str) -> bool:
    """Return whether a static file carries its content hash in its name, as Vite's assets do."""
    return url.startswith("/static/app/assets/")


WHITENOISE_IMMUTABLE_FILE_TEST = is_immutable_file

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/admin/login/"
RIGHTS_CHECK_S = 15.0  # how old what is known of the rights of who listens on a socket may be
LOGIN_GRACE_S = 15 * 60  # how long what was last known of a user lets them read without PostgreSQL
SESSION_ENGINE = "flux_site.api.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

EMOTION_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "style-src": [SELF, EMOTION_EMPTY_STYLE],
        "style-src-attr": ["'unsafe-inline'"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
    }
}

STRAWBERRY_DJANGO = {
    "FIELD_DESCRIPTION_FROM_HELP_TEXT": True,
    "TYPE_DESCRIPTION_FROM_MODEL_DOCSTRING": True,
    "MUTATIONS_DEFAULT_ARGUMENT_NAME": "input",
    "MUTATIONS_DEFAULT_HANDLE_ERRORS": True,
    "DEFAULT_PK_FIELD_NAME": "id",
    "PAGINATION_DEFAULT_LIMIT": 50,
}
GRAPHQL_HAS_GRAPHIQL = ENVIRONMENT.has_graphiql
GRAPHQL_OPERATIONS_FILE = ENVIRONMENT.operations_file  # None: every document within the limits is answered
GRAPHQL_HAS_INTROSPECTION = ENVIRONMENT.has_introspection

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "strawberry.execution": {"level": "CRITICAL"}},
}
