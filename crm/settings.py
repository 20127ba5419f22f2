"""Settings of the project, all from the environment; docs/settings.md has the table."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm import validators
from crm.csp import POLICY
from crm.environment import Environment
from crm.unfold import UNFOLD  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = Environment()
read = ENVIRONMENT.read

# --- The process ---------------------------------------------------------------------------------------
DEBUG = read("DEBUG", "bool", False, "crm.E001", "Development mode; never on a public system.")
SECRET_KEY = read(
    "SECRET_KEY",
    "str",
    "",
    "crm.E002",
    "Random key that signs sessions and links.",
    validate=None if DEBUG else validators.secret_key,
)
if not SECRET_KEY:
    # Django refuses an empty key before any check can run: the check reports the missing one by name.
    SECRET_KEY = "insecure-key-for-development-only-0000000000000000000000000"  # noqa: S105
ALLOWED_HOSTS: list[str] = read(
    "ALLOWED_HOSTS", "list", [], "crm.E003", "Host names under which the CRM is reached."
)
CSRF_TRUSTED_ORIGINS: list[str] = read(
    "CSRF_TRUSTED_ORIGINS",
    "list",
    [],
    "crm.E004",
    "Origins of the admin behind a proxy: https://crm.example.com.",
    validate=validators.origins,
)
HTTPS = read(
    "HTTPS", "bool", not DEBUG, "crm.E005", "The CRM is reached by https: secure cookies, HSTS, redirect."
)
DATABASE_URL = read(
    "DATABASE_URL",
    "str",
    "postgresql://messenger@127.0.0.1:5432/messenger",
    "crm.E010",
    "Address of the PostgreSQL database.",
    validate=validators.postgresql_url,
)
DATABASE_POOL_SIZE = read(
    "DATABASE_POOL_SIZE",
    "int",
    16,
    "crm.E011",
    "Connections that one web process may hold; 0 means none are kept.",
    validate=validators.not_negative,
)
REDIS_URL = read(
    "REDIS_URL",
    "str",
    "",
    "crm.E012",
    "Address of Redis or Valkey; empty only in development.",
    validate=validators.redis_url if DEBUG else validators.required_redis_url,
)
LANGUAGE_CODE = read(
    "LANGUAGE_CODE",
    "str",
    "ru",
    "crm.E013",
    "Language where the reader's is not known: ru or en.",
    validate=validators.language,
)
TIME_ZONE = read(
    "TIME_ZONE", "str", "Europe/Moscow", "crm.E014", "Default time zone.", validate=validators.time_zone
)
WORKER_PROCESSES = read(
    "WORKER_PROCESSES", "int", 2, "crm.E015", "Processes of one worker.", validate=validators.positive
)
COLLECTED_FILES = read(
    "STATIC_ROOT",
    "str",
    "",
    "crm.E017",
    "Folder of collectstatic; empty: files are served from where they are.",
)
LOG_LEVEL = read(
    "LOG_LEVEL", "str", "INFO", "crm.E016", "Least level that is logged.", validate=validators.log_level
)

# --- Messenger -----------------------------------------------------------------------------------------
MESSENGER_ENABLED = read("MESSENGER_ENABLED", "bool", False, "messenger.E001", "Turns the messenger on.")
MESSENGER_DEFAULT_BRANCH_ID = read(
    "MESSENGER_DEFAULT_BRANCH_ID",
    "int",
    None,
    "messenger.E002",
    "Branch of a global inbox's conversations that no routing rule takes.",
)
MESSENGER_TRUSTED_PROXIES: list[str] = read(
    "MESSENGER_TRUSTED_PROXIES",
    "list",
    [],
    "messenger.E003",
    "Addresses or networks of proxies whose X-Forwarded-For is believed.",
    validate=validators.networks,
)
MESSENGER_MAX_MESSAGE_LENGTH = read(
    "MESSENGER_MAX_MESSAGE_LENGTH",
    "int",
    2000,
    "messenger.E004",
    "Longest text of a message, in characters.",
    validate=validators.positive,
)
MESSENGER_SESSION_TTL_SECONDS = read(
    "MESSENGER_SESSION_TTL_SECONDS",
    "int",
    86_400,
    "messenger.E005",
    "Life of a visitor's session after its last use.",
    validate=validators.positive,
)
MESSENGER_VISITOR_TOKEN_TTL_DAYS = read(
    "MESSENGER_VISITOR_TOKEN_TTL_DAYS",
    "int",
    365,
    "messenger.E006",
    "How long a browser that comes back is known.",
    validate=validators.positive,
)
MESSENGER_POLL_INTERVAL_MS = read(
    "MESSENGER_POLL_INTERVAL_MS",
    "int",
    3000,
    "messenger.E007",
    "First interval of a widget that has to poll.",
    validate=validators.positive,
)
MESSENGER_SSE_ENABLED = read(
    "MESSENGER_SSE_ENABLED", "bool", True, "messenger.E008", "Event streams for widgets."
)
MESSENGER_STREAMS_PER_SESSION = read(
    "MESSENGER_STREAMS_PER_SESSION",
    "int",
    8,
    "messenger.E009",
    "Open streams of one visitor's session or one operator.",
    validate=validators.positive,
)
MESSENGER_STREAMS_PER_ADDRESS = read(
    "MESSENGER_STREAMS_PER_ADDRESS",
    "int",
    200,
    "messenger.E010",
    "Open streams of one address.",
    validate=validators.positive,
)
MESSENGER_STREAM_HEARTBEAT_SECONDS = read(
    "MESSENGER_STREAM_HEARTBEAT_SECONDS",
    "float",
    15.0,
    "messenger.E011",
    "Interval of a stream's comment lines; at most 20.",
    validate=validators.positive,
)
MESSENGER_STREAM_RECHECK_SECONDS = read(
    "MESSENGER_STREAM_RECHECK_SECONDS",
    "float",
    30.0,
    "messenger.E012",
    "How often an operator's stream asks again for session and permission.",
    validate=validators.positive,
)
MESSENGER_EMPTY_CONVERSATION_HOURS = read(
    "MESSENGER_EMPTY_CONVERSATION_HOURS",
    "int",
    24,
    "messenger.E013",
    "Conversations without a message are removed after this time.",
    validate=validators.positive,
)


def _throttle(name: str, default: str, check_id: str) -> str:
    return read(
        name, "str", default, check_id, "Limit in the form 60/min; empty: none.", validate=validators.rate
    )


MESSENGER_THROTTLE_BOOTSTRAP_ADDRESS = _throttle(
    "MESSENGER_THROTTLE_BOOTSTRAP_ADDRESS", "30/min", "messenger.E020"
)
MESSENGER_THROTTLE_BOOTSTRAP_INBOX = _throttle(
    "MESSENGER_THROTTLE_BOOTSTRAP_INBOX", "1200/min", "messenger.E021"
)
MESSENGER_THROTTLE_SEND_ADDRESS = _throttle("MESSENGER_THROTTLE_SEND_ADDRESS", "120/min", "messenger.E022")
MESSENGER_THROTTLE_SEND_SESSION = _throttle("MESSENGER_THROTTLE_SEND_SESSION", "30/min", "messenger.E023")
MESSENGER_THROTTLE_SEND_INBOX = _throttle("MESSENGER_THROTTLE_SEND_INBOX", "6000/min", "messenger.E024")
MESSENGER_THROTTLE_POLL_ADDRESS = _throttle("MESSENGER_THROTTLE_POLL_ADDRESS", "1200/min", "messenger.E025")
MESSENGER_THROTTLE_POLL_SESSION = _throttle("MESSENGER_THROTTLE_POLL_SESSION", "120/min", "messenger.E026")
MESSENGER_THROTTLE_POLL_INBOX = _throttle("MESSENGER_THROTTLE_POLL_INBOX", "60000/min", "messenger.E027")
MESSENGER_THROTTLE_STREAM_ADDRESS = _throttle(
    "MESSENGER_THROTTLE_STREAM_ADDRESS", "240/min", "messenger.E028"
)
MESSENGER_THROTTLE_STREAM_SESSION = _throttle("MESSENGER_THROTTLE_STREAM_SESSION", "30/min", "messenger.E029")
MESSENGER_THROTTLE_STREAM_INBOX = _throttle("MESSENGER_THROTTLE_STREAM_INBOX", "12000/min", "messenger.E030")

# --- Django --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_q",
    "crm",
    "messenger",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "crm.middleware.StaticGZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.middleware.SaneSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
]
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "messenger" / "templates", BASE_DIR / "crm" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "messenger.context_processors.messenger_globals",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
    options: dict[str, Any] = database.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 5)
    options.setdefault("application_name", "messenger")
    # Only what asks for it is prepared (messenger.lib.sql): no statement comes this often by itself.
    options.setdefault("prepare_threshold", 1_000_000_000)
    if DATABASE_POOL_SIZE:
        options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 2, "max_idle": 300}
    else:
        database["CONN_MAX_AGE"] = 60
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Errors are not swallowed by the cache: the messenger answers them with its own fallback (lessons.md).
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "crm.cache.plain_key",
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 1.0,
            # One more try is for the connection that a restarted Redis left behind; a dead one is not waited for.
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1)},
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["crm.auth.UsernameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = "home"
# The database keeps sessions, so that operators stay logged in while Redis is away.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "crm_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "crm_csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MESSENGER_TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# Browsers that know frame-ancestors go by it: unfold shows related objects in frames of the same origin.
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = POLICY
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
# Apps would come after Django's own: its "Адрес электронной почты" would stand where ours says "Email".
LOCALE_PATHS = [BASE_DIR / folder for folder in ("locale", "crm/locale", "messenger/locale")]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = COLLECTED_FILES or None
STATICFILES_DIRS = [BASE_DIR / "static"]
# The widget's paths are stable and without a hash: sites hold them in their pages.
WHITENOISE_USE_FINDERS = not COLLECTED_FILES
WHITENOISE_MAX_AGE = 300
WHITENOISE_AUTOREFRESH = DEBUG

FIXTURE_DIRS = [BASE_DIR / "fixtures"]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["messenger.api.renderers.OrjsonRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "messenger.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Messenger",
    "DESCRIPTION": "Live chat inside the CRM: the widget's API and the operator's API.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ConversationStatusEnum": ["open", "pending", "resolved", "closed"],
        "OperatorStatusEnum": ["online", "away", "busy", "offline"],
        "OkEnum": ["ok"],
    },
}

Q_CLUSTER: dict[str, Any] = {
    "name": "messenger",
    "orm": "default",
    "workers": WORKER_PROCESSES,
    "recycle": 500,
    "timeout": 300,
    "retry": 360,
    "max_attempts": 5,
    "ack_failures": False,
    "poll": 1,
    "bulk": 10,
    "save_limit": 250,
    "catch_up": False,
    "label": _("Tasks"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Strangers write any host name they like: it is answered 400 and worth no traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
