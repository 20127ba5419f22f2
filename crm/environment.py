"""Reads settings from the environment and keeps what was wrong with them for the system checks.

A bad value never raises here: the default takes its place, the error is remembered, and `crm.checks`
reports it with the id given in the declaration, so that every mistake is shown at once and by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from environs import Env, EnvError
from environs.exceptions import EnvValidationError


@dataclass(frozen=True, slots=True)
class Declaration:
    """One setting as declared: `kind` is the name of the environs parser, `check_id` a stable id."""

    name: str
    kind: str
    default: Any
    check_id: str
    help: str


@dataclass(frozen=True, slots=True)
class Problem:
    check_id: str
    name: str
    message: str


class Environment:
    """Settings of the process, declared one by one with `read`."""

    def __init__(self) -> None:
        self._env = Env()
        self.declarations: list[Declaration] = []
        self.problems: list[Problem] = []

    def read[T](
        self,
        name: str,
        kind: str,
        default: T,
        check_id: str,
        help: str,
        *,
        validate: Callable[[T], object] | None = None,
    ) -> T:
        """The value of `name`, or `default` where it is missing or wrong.

        `validate` raises ValueError with a sentence where a well-formed value can't be used.
        """
        self.declarations.append(Declaration(name, kind, default, check_id, help))
        try:
            value: T = getattr(self._env, kind)(name, default)
            if validate:
                validate(value)
        except (EnvError, EnvValidationError, ValueError, TypeError) as error:
            self.problems.append(Problem(check_id, name, _sentence(error)))
            return default
        return value


def _sentence(error: Exception) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."


ENVIRONMENT = Environment()
