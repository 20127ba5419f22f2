"""Visitors write, again under the same id, and with files that are none."""

import uuid
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from messenger.exceptions import Invalid
from messenger.models import Conversation
from messenger.services.text import check_body
from tests.files import PDF, png
from tests.peer.machine.model import Line, Person, Session, Talk
from tests.peer.machine.steps import Steps, refused, ways, which

BIG = b"x" * 1_048_577
PICTURE = png().read()

bodies = st.sampled_from(
    [
        "Hello",
        "Is it there yet?",
        "<img src=x onerror=alert(1)>",
        "  ",
        "a" * 2000,
        "ё" * 2001,
        "\0",
        "Пока 👋\r\n.",
        "Hello ",
    ]
)
hostile = st.sampled_from(
    [
        ([("a.png", b"<script>alert(1)</script>", "image/png")], {(415, "file_type_not_allowed")}),
        ([("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")], {(415, "file_type_not_allowed")}),
        ([("../../a.png", PICTURE[:60], "image/png")], {(400, "invalid")}),
        ([("a.pdf", b"MZ" + PDF, "application/pdf")], {(415, "file_type_not_allowed")}),
        ([("a.pdf", PDF + BIG, "application/pdf")], {(413, "file_too_large")}),
        ([("a.png", b"", "image/png")], {(400, "invalid")}),
        ([(f"{number}.pdf", PDF, "application/pdf") for number in range(6)], {(400, "invalid")}),
    ]
)


class Writing(Steps):
    @rule(number=which, how=ways, body=bodies, key=which, repeats=st.booleans())
    def send(self, number: int, how: str, body: str, key: int, repeats: bool) -> None:
        sent_as = self.key(key, repeats)
        session, response = self.asked(
            number, how, "POST", "send/", {"body": body, "client_message_id": sent_as}
        )
        if response is not None:
            self.judge(session, response, body, sent_as, files=0)

    @rule(number=which, count=st.integers(1, 5), body=bodies, key=which, repeats=st.booleans())
    def send_files(self, number: int, count: int, body: str, key: int, repeats: bool) -> None:
        sent_as = self.key(key, repeats)
        session, door = self.came_in(number, "own")
        files = [("files", ("a.png", PICTURE, "image/png"))] * count
        said = {"body": body, "client_message_id": sent_as} if sent_as else {"body": body}
        response = self.world.ask("POST", "send/", door, said, files=files)
        if door.refusal:
            assert refused(response) == door.refusal
        elif not session.person.shop.takes_files:
            assert refused(response) == (415, "file_type_not_allowed")
        elif session.person.is_blocked:
            assert refused(response) == (403, "blocked")
        else:
            self.judge(session, response, body, sent_as, files=count)

    @rule(number=which, attack=hostile)
    def send_hostile_files(self, number: int, attack: Any) -> None:
        """Nothing of it is stored: the next look would find it."""
        files, wanted = attack
        session, door = self.came_in(number, "own")
        response = self.world.ask(
            "POST", "send/", door, {"body": "See here"}, files=[("files", one) for one in files]
        )
        if door.refusal:
            assert refused(response) == door.refusal
            return
        allowed = set(wanted)
        if not session.person.shop.takes_files:
            allowed.add((415, "file_type_not_allowed"))
        elif session.person.is_blocked:
            allowed.add((403, "blocked"))
        assert refused(response) in allowed

    def key(self, number: int, repeats: bool) -> str | None:
        """A new one, none, or one that somebody has used."""
        if repeats and self.world.keys:
            return self.pick(self.world.keys[::-1], number)
        return str(uuid.uuid4()) if number % 4 else None

    def judge(
        self, session: Session, response: httpx.Response, body: str, key: str | None, files: int
    ) -> None:
        person = session.person
        try:
            text = check_body(body, may_be_empty=files > 0)
        except Invalid:
            assert refused(response) == (400, "invalid")
            return
        if earlier := person.sent_as(key):
            if (earlier.body, earlier.direction) != (text, "in"):
                assert refused(response) == (409, "idempotency_conflict")
                return
            assert response.status_code == 200
            self.world.check([response.json() | {"read_at": earlier.read_at}], [earlier], person)
            return
        if person.is_blocked:
            assert refused(response) == (403, "blocked")
            return
        assert response.status_code == 201
        self.write(session, response.json(), text, key, files)

    def write(self, session: Session, answer: dict[str, Any], text: str, key: str | None, files: int) -> None:
        person = session.person
        talk = session.talk
        if talk.status == "closed":
            talk = person.active or self.goes_on(person)
        talk.status = "open"
        session.talk = talk
        assert answer["id"] > max([line.pk for line in person.lines], default=0), "ids grow within a thread"
        assert len(answer["attachments"]) == files
        line = Line(answer["id"], "in", text, key, files=[one["id"] for one in answer["attachments"]])
        talk.lines.append(line)
        self.world.check([answer], [line], person)

    def goes_on(self, person: Person) -> Talk:
        pk = Conversation.objects.filter(contact=person.contact_id).latest("pk").pk
        assert pk not in {talk.pk for talk in self.world.talks}
        talk = Talk(pk, person)
        person.talks.append(talk)
        return talk
