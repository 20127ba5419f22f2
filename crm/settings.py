"""Settings of the project, all from the environment; docs/settings.md has the table."""

from pathlib import Path
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm import validators
from crm.api_settings import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401
from crm.csp import POLICY
from crm.environment import ENVIRONMENT
from crm.unfold import UNFOLD  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent
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
SECRET_KEY_FALLBACKS: list[str] = read(
    "SECRET_KEY_FALLBACKS",
    "list",
    [],
    "crm.E006",
    "Former keys: what was signed and sealed by them still holds. After a change of SECRET_KEY, for some weeks.",
    validate=None if DEBUG else validators.secret_keys,
)
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
from crm.database_settings import *  # noqa: E402, F403  (declared here, so that the table keeps its order)
from crm.database_settings import database  # noqa: E402

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
WORKER_TASK_SECONDS = read(
    "WORKER_TASK_SECONDS",
    "int",
    300,
    "crm.E018",
    "Longest life of a task; what a killed worker left is done by another a fifth later.",
    validate=validators.positive,
)
WORKER_LONG_TASK_SECONDS = read(
    "WORKER_LONG_TASK_SECONDS",
    "int",
    21_600,
    "crm.E019",
    "The same for the copy or removal of one client's data, of which one at a time is made.",
    validate=validators.positive,
)
COLLECTED_FILES = read(
    "STATIC_ROOT",
    "str",
    "",
    "crm.E017",
    "Folder of collectstatic; empty: files are served from where they are.",
)
# --- Log-in --------------------------------------------------------------------------------------------
# --- Messenger -----------------------------------------------------------------------------------------
from crm.messenger_settings import *  # noqa: E402, F403  (declared here, so that the table keeps its order)
from crm.messenger_settings import MESSENGER_TRUSTED_PROXIES  # noqa: E402
from crm.security_settings import *  # noqa: E402, F403  (declared here, so that the table keeps its order)
from crm.security_settings import INVITATION_DAYS  # noqa: E402

# isort: split
from crm.geoip_settings import *  # noqa: E402, F403

# isort: split
from crm.storage_settings import *  # noqa: E402, F403
from crm.storage_settings import attachments_storage  # noqa: E402

# isort: split
from crm.mail_settings import *  # noqa: E402, F403
from crm.monitoring_settings import *  # noqa: E402, F403
from crm.monitoring_settings import logging_config  # noqa: E402
from crm.outbound_settings import *  # noqa: E402, F403

# --- Django --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.import_export",
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
    "import_export",
    "django_q",
    "crm",
    "messenger",
]
MIDDLEWARE = [
    "crm.monitoring.requests.RequestMiddleware",
    "crm.lanes.WidgetLane",
    "django.middleware.security.SecurityMiddleware",
    "crm.middleware.no_api_in_the_clear",
    "crm.static_serving.StaticServingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.middleware.SaneSessionMiddleware",
    "crm.lanes.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "crm.database_outage.OutageMiddleware",
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


DATABASES = {"default": database()}
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
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1), "max_connections": 1000},
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["crm.auth.UsernameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "crm.password_words.ContextWordsValidator",
    )
]
PASSWORD_RESET_TIMEOUT = INVITATION_DAYS * 86_400
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = "home"
# The database keeps sessions, so that operators stay logged in while Redis is away.
SESSION_ENGINE = "crm.session_store"
# So named, browsers take a cookie by https alone, from this host alone: no neighbour below the same domain plants one.
HOST_COOKIE, OWN_COOKIE = ("__Host-", "__Secure-") if HTTPS else ("", "")
SESSION_COOKIE_NAME = f"{HOST_COOKIE}crm_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{HOST_COOKIE}crm_csrf"
LANGUAGE_COOKIE_NAME = f"{HOST_COOKIE}crm_language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "crm.messages.NamedStorage"
SECURE_SSL_REDIRECT = HTTPS
# APIs are refused in place of being led on (crm.middleware).
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^api/(?!docs/$)"]
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

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "crm.static_storage.StaticStorage"},
    "messenger": attachments_storage(BASE_DIR),
}

FIXTURE_DIRS = [BASE_DIR / "fixtures"]

Q_CLUSTER: dict[str, Any] = {
    "name": "messenger",
    "orm": "default",
    "broker_class": "crm.worker_broker.PatientBroker",
    "workers": WORKER_PROCESSES,
    "recycle": 500,
    "timeout": WORKER_TASK_SECONDS,
    "retry": WORKER_TASK_SECONDS + max(1, WORKER_TASK_SECONDS // 5),
    "max_attempts": 5,
    "ack_failures": False,
    # Webhooks go out within a second.
    "poll": 0.4,
    # Few at a time: what one worker holds in its hands no other can take, and the time until `retry` runs.
    "bulk": 1,
    "queue_limit": 1,
    # Results of each function by itself: those of every minute would push out those of every night.
    "save_limit": 100,
    "save_limit_per": "func",
    "catch_up": False,
    "label": _("Tasks"),
}

LOGGING = logging_config(is_development=DEBUG)
