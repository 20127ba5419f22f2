"""What a setting's value must look like: each raises ValueError with a sentence."""

import ipaddress
import logging
import os
import re
import zoneinfo
from email.utils import parseaddr
from urllib.parse import urlsplit

import dj_database_url

MAX_DAYS = 36_500
_RATE = re.compile(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)")


def rate(value: str) -> None:
    """DRF's form of a rate, such as `60/min`; an empty value means no limit."""
    if value and not _RATE.fullmatch(value):
        raise ValueError(f"'{value}' is not a rate: write a number, a slash and s, min, hour or day: 60/min.")


def networks(value: list[str]) -> None:
    """Addresses or networks in CIDR form."""
    for network in value:
        ipaddress.ip_network(network, strict=False)


def positive(value: float) -> None:
    if value <= 0:
        raise ValueError(f"{value} must be greater than 0.")


def not_negative(value: float) -> None:
    if value < 0:
        raise ValueError(f"{value} must not be negative.")


def days(value: int) -> None:
    """A span that the calendar can hold."""
    if not 1 <= value <= MAX_DAYS:
        raise ValueError(f"{value} is not a number of days from 1 to {MAX_DAYS}.")


def session_span(value: int) -> None:
    """Seconds; none, or so many that an open page can tell within them that it is used."""
    if value != 0 and not 300 <= value <= MAX_DAYS * 86_400:
        raise ValueError(f"{value} is neither 0 nor a number of seconds from 300 to {MAX_DAYS * 86_400}.")


def time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"'{value}' is not a time zone of the IANA database, such as Europe/Moscow.")


def postgresql_url(value: str) -> None:
    scheme = value.partition(":")[0]
    if scheme == "sqlite":
        raise ValueError("SQLite is not supported: give the address of a PostgreSQL database.")
    if scheme not in {"postgres", "postgresql", "pgsql"}:
        raise ValueError("The address must begin with postgresql://.")
    try:
        dj_database_url.parse(value)
    except ValueError as error:
        raise ValueError("The address is malformed: quote special characters in its parts.") from error


def redis_url(value: str) -> None:
    if value and value.partition(":")[0] not in {"redis", "rediss", "unix"}:
        raise ValueError("The address must begin with redis://, rediss:// or unix://.")
    _ = urlsplit(value).port


def required_redis_url(value: str) -> None:
    if not value:
        raise ValueError("Redis is needed outside of development.")
    redis_url(value)


def origins(value: list[str]) -> None:
    for origin in value:
        if "://" not in origin:
            raise ValueError(
                f"'{origin}' is no origin: write scheme and host, such as https://crm.example.com."
            )


def language(value: str) -> None:
    if value not in {"ru", "en"}:
        raise ValueError(f"'{value}' is not a language of the interface: ru or en.")


def roles(value: list[str]) -> None:
    for role in value:
        if role not in {"operator", "administrator"}:
            raise ValueError(f"'{role}' is not a role: operator or administrator.")


def log_level(value: str) -> None:
    if value not in logging.getLevelNamesMapping():
        raise ValueError(f"'{value}' is not a level: DEBUG, INFO, WARNING, ERROR or CRITICAL.")


def log_format(value: str) -> None:
    if value not in {"", "json", "text"}:
        raise ValueError(f"'{value}' is not a format: json or text.")


def dsn(value: str) -> None:
    """Of Sentry, or an empty value. The sentence doesn't repeat it: it holds a key."""
    parts = urlsplit(value)
    if value and not (parts.scheme in {"http", "https"} and parts.username and parts.path.strip("/")):
        raise ValueError("Write the DSN as Sentry shows it: https://key@host/project.")


def existing_folder(value: str) -> None:
    if value and not os.access(value, os.W_OK | os.X_OK):
        raise ValueError(f"'{value}' is not a folder that can be written to.")


def long_token(value: str) -> None:
    if value and len(value) < 20:
        raise ValueError("Give a random token of at least 20 characters.")


def secret_key(value: str) -> None:
    if len(value) < 50:
        raise ValueError("Give a random key of at least 50 characters.")


def secret_keys(value: list[str]) -> None:
    for key in value:
        secret_key(key)


def http_url(value: str) -> None:
    """An address of the web, or an empty value."""
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc):
        raise ValueError("The address must begin with http:// or https:// and a host.")


def ports(value: list[str]) -> None:
    for port in value:
        if not port.isdecimal() or not 1 <= int(port) <= 65_535:
            raise ValueError(f"'{port}' is not a port: write numbers from 1 to 65535.")


def hosts_or_networks(value: list[str]) -> None:
    """Names as they stand in an address, or addresses and networks in CIDR form."""
    for name in value:
        if re.fullmatch(r"[\w.-]+", name) is None:
            ipaddress.ip_network(name, strict=False)


def email_url(value: str) -> None:
    """A mail server, or an empty value. The sentence doesn't repeat the value: it may hold a password."""
    if value and (
        urlsplit(value).scheme not in {"smtp", "smtps", "submission"} or not urlsplit(value).hostname
    ):
        raise ValueError("Write smtp://, submission:// or smtps://, and the server's name.")


def sender(value: str) -> None:
    address = parseaddr(value)[1]
    if "@" not in address.strip("@"):
        raise ValueError(f"'{value}' has no address of mail.")
