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


@checks.register("settings")
def check_session_spans(**kwargs: Any) -> list[checks.CheckMessage]:
    """An idle time beyond the longest life would promise what never happens."""
    idle, longest = settings.SESSION_IDLE_SECONDS, settings.SESSION_LONGEST_SECONDS
    if not longest or idle <= longest:
        return []
    return [
        checks.Error("SESSION_LONGEST_SECONDS: must be SESSION_IDLE_SECONDS or more, or 0.", id="crm.E068")
    ]


def refuse_bad_settings() -> None:
    """Called where a server process starts: raises SystemExit with one line per bad setting."""
    found = checks.run_checks(tags=["settings"])
    if errors := [message for message in found if message.is_serious()]:
        raise SystemExit("\n".join(f"{message.id}: {message.msg}" for message in errors))
