"""What everybody in the call centre has before their eyes."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.people import World
from tests.simulation.timeline import Timeline

if TYPE_CHECKING:
    from tests.simulation.desk import Desk
    from tests.simulation.visitor import Visitor


class News(NamedTuple):
    """A line that was added to a timeline; `to` is the operator whom the conversation was given to."""

    conversation_id: int
    kind: str
    actor_id: int | None
    to: int | None


@dataclass(slots=True)
class Floor:
    """`visitors` are by conversation, those of them that go on in `active`; `sent` counts their messages.

    `touched` are the conversations of this step; `is_stirred` is false where people only looked or thought.
    """

    timeline: Timeline
    world: World
    rng: Random
    desks: dict[int, "Desk"] = field(default_factory=dict)
    visitors: dict[int, "Visitor"] = field(default_factory=dict)
    active: dict[int, "Visitor"] = field(default_factory=dict)
    sent: Counter[int] = field(default_factory=Counter)
    bodies: list[str] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    is_stirred: bool = False

    def touch(self, conversation_id: int) -> None:
        self.touched.add(conversation_id)
        self.is_stirred = True

    def hear(self, news: News) -> None:
        """Shows the line as the operators' pages do, and tells those whom it is for."""
        visitor = self.visitors[news.conversation_id]
        if news.kind in {"assigned", "escalated", "transferred", "unassigned"}:
            visitor.desk = self.desks[news.to] if news.to else None
            visitor.helper, visitor.is_forsaken = None, False
            visitor.is_new = news.to is not None and news.to != news.actor_id
        elif news.kind == "escalation_failed":
            visitor.is_forsaken = True
        elif news.kind == "reopened":
            self.active[visitor.conversation_id] = visitor
            visitor.is_new = visitor.desk is not None and news.actor_id is None
        elif news.kind in {"resolved", "closed"}:
            del self.active[news.conversation_id]
            visitor.is_forsaken = False
            visitor.end()
        if visitor.desk is not None:
            visitor.desk.wake()
