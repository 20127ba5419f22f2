"""How the processes are watched: logs, metrics, Sentry; from the environment (`crm.settings` takes it all)."""

from typing import Any

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

LOG_LEVEL = read(
    "LOG_LEVEL", "str", "INFO", "crm.E016", "Least level that is logged.", validate=validators.log_level
)
LOG_FORMAT = read(
    "LOG_FORMAT",
    "str",
    "",
    "crm.E080",
    "Lines of the log as json or text; empty: json, and text with DEBUG.",
    validate=validators.log_format,
)
LOG_REQUESTS = read(
    "LOG_REQUESTS",
    "bool",
    True,
    "crm.E081",
    "A line for each request, without its address: route, status, time, size, user's id.",
)
SENTRY_DSN = read(
    "SENTRY_DSN",
    "str",
    "",
    "crm.E082",
    "Where errors are reported, without any values; empty: nowhere.",
    validate=validators.dsn,
)
SENTRY_ENVIRONMENT = read(
    "SENTRY_ENVIRONMENT", "str", "production", "crm.E083", "Name of this installation in Sentry."
)
MESSENGER_METRICS_TOKEN = read(
    "MESSENGER_METRICS_TOKEN",
    "str",
    "",
    "messenger.E080",
    "Bearer token of Prometheus for /metrics; empty: it answers 404, but for MESSENGER_METRICS_ALLOW.",
    validate=validators.long_token,
)
MESSENGER_METRICS_ALLOW: list[str] = read(
    "MESSENGER_METRICS_ALLOW",
    "list",
    [],
    "messenger.E081",
    "Networks that may read /metrics without a token, as long as no proxy stands between.",
    validate=validators.networks,
)
PROMETHEUS_MULTIPROC_DIR = read(
    "PROMETHEUS_MULTIPROC_DIR",
    "str",
    "",
    "crm.E084",
    "Folder, empty at start, in which the processes of one web service count together; needed with several of them.",
    validate=validators.existing_folder,
)


def logging_config(*, is_development: bool) -> dict[str, Any]:
    """Django's LOGGING. Servers' own lines of requests are off: they print addresses, in which tokens may stand."""
    style = LOG_FORMAT or ("text" if is_development else "json")
    silent = {"handlers": [], "level": "CRITICAL", "propagate": False}
    # Statements with their values and requests with their headers are what these tell below INFO.
    not_below_info = "INFO" if LOG_LEVEL in {"DEBUG", "NOTSET"} else LOG_LEVEL
    talkative = ("django", "asyncio", "urllib3", "boto3", "botocore", "s3transfer", "PIL", "import_export")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {
                "()": "crm.log_lines.LineFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            },
            "json": {"()": "crm.monitoring.log_format.JsonFormatter"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": style}},
        "root": {"handlers": ["console"], "level": LOG_LEVEL},
        "loggers": {
            **{name: {"level": not_below_info} for name in talkative},
            "django.request": {"level": "ERROR"},
            # Strangers write any host name they like: it is answered 400 and worth no traceback.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            **{
                name: {"handlers": [], "level": not_below_info, "propagate": True}
                for name in ("uvicorn", "uvicorn.error", "_granian")
            },
            "uvicorn.access": silent,
            "granian.access": silent,
            "django.server": silent,
        },
    }
