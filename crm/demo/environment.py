"""The variables with which every process of the demo runs."""

from collections.abc import Mapping
from pathlib import Path

from crm.demo.errors import RefusalError

_SCHEMES = {
    "DATABASE_URL": (
        ("postgres", "postgresql"),
        "DATABASE_URL must name a PostgreSQL database (postgresql://…): no other will do, SQLite neither.",
    ),
    "REDIS_URL": (
        ("redis", "rediss", "unix"),
        "REDIS_URL must name a Redis or Valkey server (redis://…).",
    ),
}


def given_servers(surroundings: Mapping[str, str]) -> dict[str, str]:
    """The addresses of servers that somebody else runs, out of DATABASE_URL and REDIS_URL."""
    given = {name: surroundings[name] for name in _SCHEMES if surroundings.get(name)}
    for name, address in given.items():
        schemes, sentence = _SCHEMES[name]
        if address.partition("://")[0] not in schemes:
            raise RefusalError(sentence)
    _check_reachable(given)
    return given


def _check_reachable(given: Mapping[str, str]) -> None:
    # The clients are big, and most demos run servers of their own.
    if "DATABASE_URL" in given:
        import psycopg  # noqa: PLC0415

        try:
            psycopg.connect(given["DATABASE_URL"], connect_timeout=5).close()
        except psycopg.Error as error:
            raise RefusalError(f"The database of DATABASE_URL can't be used: {_line(error)}") from error
    if "REDIS_URL" in given:
        import redis  # noqa: PLC0415

        try:
            with redis.Redis.from_url(given["REDIS_URL"], socket_connect_timeout=5) as client:
                client.ping()
        except (redis.RedisError, ValueError) as error:
            raise RefusalError(f"The server of REDIS_URL can't be used: {_line(error)}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def demo_environment(
    surroundings: Mapping[str, str],
    servers: Mapping[str, str],
    *,
    secret_key: str,
    base_url: str,
    files: Path,
) -> dict[str, str]:
    """Settings of the messenger that the caller has set stay; those that make it a demo are ours."""
    return {
        "MESSENGER_FILES_ROOT": str(files),
        **{name: value for name, value in surroundings.items() if name.startswith("MESSENGER_")},
        **servers,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "SECRET_KEY": secret_key,
        "DEBUG": "0",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": base_url,
        "MESSENGER_ENABLED": "1",
    }
