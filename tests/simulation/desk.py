"""How operators work: one thing at a time, new conversations first, then whoever waits longest."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from crm.models import User
from messenger.services import reading, status
from messenger.services.posting import post_from_operator
from messenger.services.transfer import transfer
from tests.simulation.arrivals import about
from tests.simulation.floor import Floor
from tests.simulation.people import Operator
from tests.simulation.visitor import CONTENT_SECONDS, Visitor

_HELPS_AFTER = timedelta(minutes=10)
_CLOSES = 0.25
BY_NAME, FIRST_FREE = "asked for by name", "the question is for another office"


class Desk:
    """`is_there`: somebody works at it. `has_page`: the browser shows the admin, and says so."""

    def __init__(self, floor: Floor, operator: Operator, user: User) -> None:
        self.floor, self.operator, self.user = floor, operator, user
        self.is_there = self.has_page = self.is_gone = False
        self.opened = 0
        self._is_engaged = False

    def wake(self) -> None:
        """Something on the page has changed."""
        if self.is_there and not self._is_engaged:
            self._do(self.floor.rng.uniform(1, 3), self._look)

    def _do(self, seconds: float, what: Callable[[], None]) -> None:
        self._is_engaged = True
        self.floor.timeline.later(seconds, partial(self._end, what))

    def _end(self, what: Callable[[], None]) -> None:
        """Who was thrown out in the middle has not done it."""
        self._is_engaged = False
        if self.is_there:
            what()

    def _look(self) -> None:
        mine = [visitor for visitor in self.floor.active.values() if visitor.desk is self]
        new = next((visitor for visitor in mine if visitor.is_new), None)
        if new is not None:
            self._do(self.floor.rng.uniform(3, 9), partial(self._open, new))
        else:
            self._go_on(mine) or self._go_on(self._left_alone())

    def _go_on(self, visitors: list[Visitor]) -> bool:
        """Ends what is said, or answers; whether there was anything to do."""
        content = next((visitor for visitor in visitors if self._is_content(visitor)), None)
        waits = min(
            (visitor for visitor in visitors if visitor.asked_at is not None),
            key=lambda visitor: (visitor.asked_at, visitor.visit.number),
            default=None,
        )
        if content is not None:
            self._do(2, partial(self._finish, content))
        elif waits is not None:
            self._do(about(self.floor.rng, self.operator.pace), partial(self._answer, waits))
        return content is not None or waits is not None

    def _is_content(self, visitor: Visitor) -> bool:
        """A tick of the clock earlier than the visitor's own wake-up call would be a tick too late."""
        if visitor.content_at is None:
            return False
        return self.floor.timeline.now - visitor.content_at >= timedelta(seconds=CONTENT_SECONDS)

    def _left_alone(self) -> list[Visitor]:
        """Those of the branch whose operator went away: colleagues see and answer them as well.

        What is not opened yet is left to be given on, until an alert says that there is nobody.
        """
        return [visitor for visitor in self.floor.active.values() if self._helps(visitor)]

    def _helps(self, visitor: Visitor) -> bool:
        desk = visitor.desk
        if desk is None or desk.is_there or desk.operator.office is not self.operator.office:
            return False
        if visitor.is_new and not visitor.is_forsaken:
            return False
        if visitor.helper is not None and visitor.helper.is_there:
            return visitor.helper is self
        since = visitor.asked_at or visitor.content_at
        return since is not None and self.floor.timeline.now - since >= _HELPS_AFTER

    def _may(self, visitor: Visitor) -> bool:
        is_active = self.floor.active.get(visitor.conversation_id) is visitor
        return is_active and (visitor.desk is self or self._helps(visitor))

    def _open(self, visitor: Visitor) -> None:
        if self._may(visitor):
            visitor.is_new = False
            self.opened += 1
            reading.mark_read_by_operator(conversation_id=visitor.conversation_id, operator=self.user)
            self.floor.touch(visitor.conversation_id)
        self._look()

    def _answer(self, visitor: Visitor) -> None:
        if self._may(visitor) and visitor.asked_at is not None:
            visit = visitor.visit
            if visit.belongs_to and visitor.desk is self and not visitor.was_transferred:
                visitor.was_transferred = True
                self._transfer(visitor)
            else:
                post_from_operator(
                    conversation_id=visitor.conversation_id,
                    operator=self.user,
                    body=f"answer to {visit.number}",
                )
                visitor.helper = None if visitor.desk is self else self
                visitor.answered()
            self.floor.touch(visitor.conversation_id)
        self._look()

    def _transfer(self, visitor: Visitor) -> None:
        """To a person who is there, if that is what the visitor asked for; else to whoever is free."""
        office = visitor.visit.belongs_to
        there = [
            desk
            for desk in self.floor.desks.values()
            if desk.is_there and desk.operator.office.name == office
        ]
        if visitor.visit.by_name and there:
            chosen = self.floor.rng.choice(there).user
            transfer(
                conversation_id=visitor.conversation_id, actor=self.user, operator=chosen, reason=BY_NAME
            )
        else:
            branch = self.floor.world.branches[office]
            transfer(
                conversation_id=visitor.conversation_id, actor=self.user, branch=branch, reason=FIRST_FREE
            )

    def _finish(self, visitor: Visitor) -> None:
        if self._may(visitor) and visitor.content_at is not None:
            end = status.close if self.floor.rng.random() < _CLOSES else status.resolve
            end(conversation_id=visitor.conversation_id, actor=self.user)
            self.floor.touch(visitor.conversation_id)
        self._look()
