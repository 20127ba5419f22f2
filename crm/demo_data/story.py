"""One conversation as it came about: what was said and done, when, and how it stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crm.demo_data.visitors import Visitor
from crm.models import Branch, User
from messenger.models import Conversation, Inbox

Status = Conversation.Status


@dataclass(slots=True)
class Line:
    """A message. `id` is given when all stories are told, in the order of time."""

    at: datetime
    direction: str
    body: str
    sender: User | None = None
    read_at: datetime | None = None
    id: int = 0


@dataclass(slots=True)
class Happening:
    """An event of the timeline."""

    at: datetime
    kind: str
    actor: User | None = None
    data: dict[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(slots=True)
class Story:
    """`read` counts the lines that the operator has seen; `after` is the visitor's earlier conversation."""

    inbox: Inbox
    branch: Branch
    visitor: Visitor
    begun_at: datetime
    page_url: str
    referrer: str
    after: "Story | None" = None
    lines: list[Line] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    status: str = Status.OPEN
    assignee: User | None = None
    assigned_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    rated_at: datetime | None = None
    score: int | None = None
    comment: str = ""
    read: int = 0
    id: int = 0

    @property
    def unread(self) -> int:
        return sum(line.direction == "in" for line in self.lines[self.read :])

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the visitor has been without an answer."""
        since = None
        for line in self.lines:
            since = (
                None if line.direction == "out" else (since or line.at if line.direction == "in" else since)
            )
        return since if self.status == Status.OPEN else None

    @property
    def last_read_at(self) -> datetime | None:
        """When the assignee had it open last: with their last line, or with the last line they saw."""
        return self.lines[self.read - 1].at if self.assignee and self.read else None

    @property
    def last_seen_at(self) -> datetime:
        """When the visitor wrote or read last."""
        wrote = [line.at for line in self.lines if line.direction == "in"]
        return max(wrote + [line.read_at for line in self.lines if line.read_at])

    def shift(self, by: timedelta) -> None:
        """Moves the story in time."""
        for line in self.lines:
            line.at += by
            line.read_at = line.read_at and line.read_at + by
        for happening in self.happenings:
            happening.at += by
        for name in ("begun_at", "assigned_at", "resolved_at", "closed_at", "rated_at"):
            moment = getattr(self, name)
            setattr(self, name, moment and moment + by)
