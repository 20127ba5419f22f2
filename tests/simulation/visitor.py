"""How visitors write."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from messenger.models import Contact
from messenger.services.posting import post_from_contact
from messenger.services.visitors import Introduction, visitor_token, welcome
from tests.simulation.arrivals import Visit
from tests.simulation.floor import Floor

if TYPE_CHECKING:
    from tests.simulation.desk import Desk

# A widget that heard no answer sends again what had arrived.
_SENDS_TWICE = 0.03
CONTENT_SECONDS = 30.0


@dataclass(eq=False, slots=True)
class Visitor:
    """`asked_at` is since when an answer is missing, `content_at` since when nothing more is to be said.

    `is_new` to its operator; `is_forsaken` where the administrators were alerted.
    """

    visit: Visit
    floor: Floor
    inbox_id: int
    contact_id: uuid.UUID
    conversation_id: int
    written: int = 0
    asked_at: datetime | None = None
    content_at: datetime | None = None
    is_new: bool = False
    is_forsaken: bool = False
    was_transferred: bool = False
    came_back: bool = False
    desk: "Desk | None" = None
    helper: "Desk | None" = None

    def write(self) -> None:
        floor, body = self.floor, self.visit.body(self.written)
        client_message_id = uuid.UUID(int=floor.rng.getrandbits(128), version=4)
        for _time in range(2 if floor.rng.random() < _SENDS_TWICE else 1):
            posted = post_from_contact(
                inbox_id=self.inbox_id,
                conversation_id=self.conversation_id,
                contact_id=self.contact_id,
                body=body,
                client_message_id=client_message_id,
            )
        if posted.conversation_id != self.conversation_id:
            self._go_on_in(posted.conversation_id)
        floor.active[self.conversation_id] = self
        floor.bodies.append(body)
        floor.sent[self.conversation_id] += 1
        floor.touch(self.conversation_id)
        self.asked_at, self.content_at = self.asked_at or floor.timeline.now, None
        self._plan_next(hurried=True)
        self.written += 1
        if reader := self.helper or self.desk:
            reader.wake()

    def _go_on_in(self, conversation_id: int) -> None:
        """What had been closed is succeeded by a conversation that is nobody's yet."""
        self.conversation_id = conversation_id
        self.floor.visitors[conversation_id] = self
        self.desk = self.helper = None

    def _plan_next(self, *, hurried: bool) -> None:
        """The next message follows by itself, or it follows an answer."""
        number = self.written if hurried else self.written - 1
        if number < len(self.visit.pauses) and self.visit.hurried[number] == hurried:
            self.floor.timeline.later(self.visit.pauses[number], self.write)

    def answered(self) -> None:
        self.asked_at = None
        if self.written <= len(self.visit.pauses):
            self._plan_next(hurried=False)
            return
        self.content_at = self.floor.timeline.now
        if reader := self.helper or self.desk:
            self.floor.timeline.later(CONTENT_SECONDS, reader.wake)

    def end(self) -> None:
        self.asked_at = None
        if self.visit.comes_back is not None and not self.came_back:
            self.came_back = True
            self.floor.timeline.later(self.visit.comes_back, self.write)


def arrive(floor: Floor, visit: Visit) -> None:
    """Opens the widget; a few seconds later the first message is written.

    Visitors of the inbox for everybody have been there before, when their region was looked up.
    """
    inbox = floor.world.inboxes[visit.inbox]
    introduction = Introduction(name=f"Visitor {visit.number}")
    if visit.region:
        known = Contact.objects.create(inbox=inbox, region=floor.world.regions[visit.region])
        introduction = Introduction(visitor_token=visitor_token(known))
    contact, conversation, _is_new = welcome(inbox=inbox, introduction=introduction)
    visitor = Visitor(visit, floor, inbox.pk, contact.pk, conversation.pk)
    floor.visitors[conversation.pk] = visitor
    floor.touch(conversation.pk)
    floor.timeline.later(floor.rng.uniform(2, 20), visitor.write)
