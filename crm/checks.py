"""Settings that can't be used are found at start, each under a stable id."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register("settings")
def check_environment(**kwargs: Any) -> list[checks.CheckMessage]:
    """Every setting of the environment that was malformed, missing or out of range."""
    return [
        checks.Error(f"{problem.name}: {problem.message}", id=problem.check_id)
        for problem in settings.ENVIRONMENT.problems
    ]


def refuse_bad_settings() -> None:
    """Called where a server process starts: raises SystemExit with one line per bad setting."""
    found = checks.run_checks(tags=["settings"])
    if errors := [message for message in found if message.is_serious()]:
        raise SystemExit("\n".join(f"{message.id}: {message.msg}" for message in errors))
