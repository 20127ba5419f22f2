"""Operators answer, note and end; somebody of another branch meddles."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from messenger.exceptions import AlreadyActive, Anonymized, ConversationClosed, NotFound
from messenger.services import blocking, noting, posting, status
from tests.files import png
from tests.peer.machine.steps import Steps, which


class Working(Steps):
    @rule(number=which, body=st.sampled_from(["Good day", "Hello", "<b>No</b>"]), has_file=st.booleans())
    def answer(self, number: int, body: str, has_file: bool) -> None:
        talk = self.pick(self.world.talks, number)
        if talk.status == "closed":
            with pytest.raises(ConversationClosed):
                self.world.answer(talk, body, None)
            return
        self.world.answer(talk, body, png() if has_file else None)

    @rule(number=which, body=st.sampled_from(["A difficult one", "Hello"]), has_file=st.booleans())
    def note(self, number: int, body: str, has_file: bool) -> None:
        self.world.note(self.pick(self.world.talks, number), body, png() if has_file else None)

    @rule(number=which)
    def meddle(self, number: int) -> None:
        """Somebody of another branch."""
        talk, outsider = self.pick(self.world.talks, number), self.world.outsider
        with pytest.raises(NotFound):
            posting.post_from_operator(conversation_id=talk.pk, operator=outsider, body="Psst")
        with pytest.raises(NotFound):
            noting.add_note(conversation_id=talk.pk, author=outsider, body="Psst")
        with pytest.raises(NotFound):
            status.close(conversation_id=talk.pk, actor=outsider)

    @rule(number=which)
    def resolve(self, number: int) -> None:
        talk = self.pick(self.world.talks, number)
        status.resolve(conversation_id=talk.pk, actor=talk.person.shop.operator)
        talk.status = "resolved" if talk.status == "open" else talk.status

    @rule(number=which)
    def close(self, number: int) -> None:
        talk = self.pick(self.world.talks, number)
        status.close(conversation_id=talk.pk, actor=talk.person.shop.operator)
        talk.status = "closed"

    @rule(number=which)
    def reopen(self, number: int) -> None:
        talk = self.pick(self.world.talks, number)
        try:
            status.reopen(conversation_id=talk.pk, actor=talk.person.shop.operator)
        except AlreadyActive:
            assert talk.person.active not in (None, talk)
        except Anonymized:
            assert talk.person.is_gone
        else:
            talk.status = "open"

    @rule(number=which, blocked=st.sampled_from([True, False, False]))
    def block(self, number: int, blocked: bool) -> None:
        person = self.pick(self.world.people, number)
        if blocked:
            blocking.block(contact_id=person.contact_id, actor=person.shop.operator, reason="Spam")
        else:
            blocking.unblock(contact_id=person.contact_id, actor=person.shop.operator)
        person.is_blocked = blocked
