"""The variables with which every process of the demo runs."""

from collections.abc import Mapping

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
    return given


def demo_environment(
    surroundings: Mapping[str, str], servers: Mapping[str, str], *, secret_key: str, base_url: str
) -> dict[str, str]:
    """Settings of the messenger that the caller has set stay; those that make it a demo are ours."""
    return {
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
