"""Settings of the lookup of visitors' regions, from the environment (`crm.settings` takes them all)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read


def _provider(value: str) -> None:
    if value not in {"ip-api", "maxmind", "none"}:
        raise ValueError(f"'{value}' is not a provider: ip-api, maxmind or none.")


def _mapping(value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise ValueError('Give a JSON object of names: {"Sverdlovskaya Oblast": "Свердловская область"}.')


def _url(value: str) -> None:
    """The address may hold a key: no message repeats it."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise ValueError("The address must have the form http://host/path/ or https://host/path/.")
    if not parts.path.endswith("/"):
        raise ValueError("The path must end with a slash: the visitor's address is written behind it.")
    if not value.isascii() or " " in value:
        raise ValueError("The address is malformed: quote special characters in its parts.")
    _ = parts.port


def _file(value: str) -> None:
    if value:
        _needed_file(value)


def _needed_file(value: str) -> None:
    if not value:
        raise ValueError("The provider maxmind needs the path of its database.")
    try:
        with Path(value).open("rb"):
            pass
    except OSError as error:
        raise ValueError(f"'{value}' can't be read: {error.strerror}.") from error


MESSENGER_GEOIP_ENABLED = read(
    "MESSENGER_GEOIP_ENABLED",
    "bool",
    True,
    "messenger.E040",
    "Visitors' regions are looked up by their address.",
)
MESSENGER_GEOIP_PROVIDER = read(
    "MESSENGER_GEOIP_PROVIDER",
    "str",
    "ip-api",
    "messenger.E041",
    "Who looks them up: ip-api (a service outside), maxmind (a file on this machine) or none.",
    validate=_provider,
)
MESSENGER_GEOIP_REGION_MAPPING: dict[str, str] = read(
    "MESSENGER_GEOIP_REGION_MAPPING",
    "json",
    {},
    "messenger.E042",
    "Names of the provider and the names that these regions have here.",
    validate=_mapping,
)
MESSENGER_GEOIP_URL = read(
    "MESSENGER_GEOIP_URL",
    "str",
    "http://ip-api.com/json/",
    "messenger.E043",
    "Where ip-api is asked; with a key: https://pro.ip-api.com/json/?key=….",
    validate=_url,
)
MESSENGER_GEOIP_MAXMIND_PATH = read(
    "MESSENGER_GEOIP_MAXMIND_PATH",
    "str",
    "",
    "messenger.E044",
    "Path of the database that maxmind reads, of the kind City (.mmdb).",
    validate=_needed_file if MESSENGER_GEOIP_PROVIDER == "maxmind" else _file,
)
