"""The texts of fixtures/demo."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings


def folder() -> Path:
    path: Path = settings.BASE_DIR / "fixtures" / "demo"
    return path


@cache
def texts(name: str) -> Any:
    return json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Turn:
    """`direction` is a message's; `body` has slots, which `slots_of` fills."""

    direction: str
    body: str


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation as written down; `again` is how it goes on when the visitor comes back to it."""

    lang: str
    mood: str
    turns: tuple[Turn, ...]
    again: tuple[Turn, ...]
    pages: tuple[str, ...]

    @property
    def opening(self) -> tuple[Turn, ...]:
        """What the visitor writes before anybody answers."""
        return self.turns[: next(place for place, turn in enumerate(self.turns) if turn.direction != "in")]

    @property
    def has_dialogue(self) -> bool:
        """Whether the visitor replies to an answer."""
        return self.last_place("in") >= len(self.opening)

    def last_place(self, direction: str) -> int:
        return max(place for place, turn in enumerate(self.turns) if turn.direction == direction)


@cache
def scripts(inbox_key: str) -> tuple[Script, ...]:
    """The scripts that suit the inbox."""
    topics = [json.loads(path.read_text("utf-8")) for path in sorted((folder() / "conversations").iterdir())]
    return tuple(
        Script(
            lang=topic["lang"],
            mood=script.get("mood", "good"),
            turns=_turns(script["turns"]),
            again=_turns(script.get("again", [])),
            pages=tuple(topic["pages"]),
        )
        for topic in topics
        if inbox_key in topic["inboxes"]
        for script in topic["scripts"]
    )


def _turns(lines: list[str]) -> tuple[Turn, ...]:
    """Out of lines such as `in: Hello!`, `out: …` and `note: …`."""
    parts = [line.partition(": ") for line in lines]
    return tuple(Turn("internal" if who == "note" else who, body) for who, _separator, body in parts)
