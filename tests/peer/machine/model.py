"""What each visitor of several shops may see, kept beside the product as plain lists: the model of test_machine.py."""

import uuid
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

from crm.models import User

PAGE = 50

type Refusal = tuple[int, str]


@dataclass(eq=False)
class Shop:
    """An inbox, and who answers there."""

    pk: int
    token: str
    secret: str
    operator: User
    is_active: bool = True
    takes_files: bool = True
    asks_rating: bool = False
    old_tokens: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Line:
    """A message; of a visitor's `key` is the id that their browser gave it."""

    pk: int
    direction: Literal["in", "out", "internal"]
    body: str
    key: str | None = None
    read_at: str | None = None
    files: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Talk:
    """A conversation."""

    pk: int
    person: "Person"
    status: Literal["open", "resolved", "closed"] = "open"
    is_rated: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass(eq=False)
class Person:
    """A contact; `tokens` prove to the CRM that a browser is theirs."""

    shop: Shop
    contact_id: uuid.UUID
    external_id: str = ""
    name: str = ""
    email: str = ""
    is_blocked: bool = False
    is_gone: bool = False
    tokens: list[str] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)

    @property
    def active(self) -> Talk | None:
        return next((talk for talk in self.talks if talk.status != "closed"), None)

    @property
    def latest(self) -> Talk:
        return self.active or max(self.talks, key=lambda talk: talk.pk)

    @property
    def lines(self) -> list[Line]:
        """All of them, notes too, in the order in which they were written."""
        return sorted(chain.from_iterable(talk.lines for talk in self.talks), key=lambda line: line.pk)

    @property
    def visible(self) -> list[Line]:
        return [line for line in self.lines if line.direction != "internal"]

    def after(self, since_id: int) -> tuple[list[Line], bool]:
        """A page of what is newer, and whether there is more."""
        newer = [line for line in self.visible if line.pk > since_id]
        return newer[:PAGE], len(newer) > PAGE

    def sent_as(self, key: str | None) -> Line | None:
        return next((line for line in self.lines if key is not None and line.key == key), None)


@dataclass(eq=False)
class Session:
    """What a browser holds: who it is, and in which conversation."""

    token: str
    person: Person
    talk: Talk
    is_alive: bool = True


@dataclass(frozen=True)
class Door:
    """The tokens of one request, whosever they are, and how it is refused on their account."""

    widget_token: str
    session_token: str
    refusal: Refusal | None

    @property
    def headers(self) -> dict[str, str]:
        tokens = {"X-Widget-Token": self.widget_token, "X-Widget-Session": self.session_token}
        return {name: value for name, value in tokens.items() if value}


def told(line: Line, person: Person) -> dict[str, Any]:
    """A message as the visitor has to be told of it; times and links are held against it elsewhere."""
    is_own = line.direction == "in"
    return {
        "id": line.pk,
        "direction": line.direction,
        "body": line.body,
        "read_at": line.read_at,
        "client_message_id": line.key,
        "sender_name": (person.name or None) if is_own else person.shop.operator.first_name,
        "attachments": line.files,
    }


def heard(message: dict[str, Any]) -> dict[str, Any]:
    """The same of what was answered."""
    names = ("id", "direction", "body", "read_at", "client_message_id", "sender_name")
    return {name: message[name] for name in names} | {
        "attachments": [one["id"] for one in message["attachments"]]
    }
