"""How mail is sent, from the environment (`crm.settings` takes it)."""

from typing import Any

import dj_email_url

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

EMAIL_URL = read(
    "EMAIL_URL",
    "str",
    "",
    "crm.E070",
    "Server for mail, such as submission://user:password@mail.example.com (587, STARTTLS), smtps:// (465) or smtp://; "
    "empty: no mail is sent.",
    validate=validators.email_url,
)
DEFAULT_FROM_EMAIL = read(
    "DEFAULT_FROM_EMAIL",
    "str",
    "webmaster@localhost",
    "crm.E071",
    "Sender of mail: an address, or a name with one in angle brackets.",
    validate=validators.sender,
)
_SECONDS = 15
SENDS_MAIL = bool(EMAIL_URL)


def mailers() -> dict[str, dict[str, Any]]:
    """Django's MAILERS; none where no mail is sent."""
    if not SENDS_MAIL:
        return {}
    found = dj_email_url.parse(EMAIL_URL)
    options = {
        "host": found["EMAIL_HOST"],
        "port": found["EMAIL_PORT"],
        "username": found["EMAIL_HOST_USER"] or None,
        "password": found["EMAIL_HOST_PASSWORD"] or None,
        "use_tls": found["EMAIL_USE_TLS"],
        "use_ssl": found["EMAIL_USE_SSL"],
        "timeout": _SECONDS,
    }
    return {"default": {"BACKEND": found["EMAIL_BACKEND"], "OPTIONS": options}}


MAILERS = mailers()
# Where none is sent that is as it is wanted; the diagnosis says what goes without.
SILENCED_SYSTEM_CHECKS = [] if SENDS_MAIL else ["mail.W001"]
