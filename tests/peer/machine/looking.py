"""Visitors look, read, rate, introduce themselves and fetch files, with their own tokens and with others."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.peer.machine.model import Line
from tests.peer.machine.steps import Steps, refused, ways, which


class Looking(Steps):
    @rule(number=which, how=ways, since=which, is_known=st.booleans())
    def poll(self, number: int, how: str, since: int, is_known: bool) -> None:
        """Newer than any message, whosever it is."""
        lines = self.world.lines
        since_id = self.pick(lines, since).pk if is_known and lines else 0
        session, response = self.asked(number, how, "GET", "poll/", {"since_id": since_id})
        if response is not None:
            self.check_poll(session, response, since_id)

    @rule(number=which, how=ways, since=st.sampled_from(["-1", "x", str(2**63), "1.5", "٣"]))
    def poll_nonsense(self, number: int, how: str, since: str) -> None:
        _session, response = self.asked(number, how, "GET", "poll/", {"since_id": since})
        assert response is None or refused(response) == (400, "invalid")

    @rule(number=which, how=ways, other=which, up_to=st.booleans())
    def mark_read(self, number: int, how: str, other: int, up_to: bool) -> None:
        """Any message, whosever it is: only answers in the own conversation are marked."""
        lines = self.world.lines or [Line(1, "in", "")]
        line = self.pick(lines[::-1], other)
        body = {"last_message_id": line.pk} if up_to else {"message_ids": [one.pk for one in lines[-3:]]}
        session, response = self.asked(number, how, "POST", "mark_read/", body)
        if response is None:
            return
        if session.person.is_blocked:
            assert refused(response) == (403, "blocked")
            return
        read_at = response.raise_for_status().json()["read_at"]
        for one in session.talk.lines:
            is_meant = one.pk <= line.pk if up_to else one in lines[-3:]
            if is_meant and one.direction == "out" and one.read_at is None:
                one.read_at = read_at

    @rule(number=which, how=ways, score=st.sampled_from([1, 5, 0, 6]))
    def rate(self, number: int, how: str, score: int) -> None:
        session, response = self.asked(number, how, "POST", "rate/", {"score": score})
        if response is None:
            return
        talk = session.talk
        if session.person.is_blocked:
            assert refused(response) == (403, "blocked")
        elif talk.is_rated:
            assert refused(response) == (409, "already_rated")
        elif not talk.person.shop.asks_rating or talk.status == "open" or score not in range(1, 6):
            assert refused(response) == (400, "invalid")
        else:
            assert response.status_code == 200
            talk.is_rated = True

    @rule(
        number=which,
        how=ways,
        said=st.sampled_from([{"name": "Olga"}, {"email": "o@x.example"}, {"email": "?"}, {}]),
    )
    def introduce(self, number: int, how: str, said: dict[str, str]) -> None:
        session, response = self.asked(number, how, "POST", "contact/", said)
        if response is None:
            return
        person = session.person
        if said.get("email") == "?":
            assert refused(response) == (400, "invalid")
        elif person.is_blocked:
            assert refused(response) == (403, "blocked")
        elif not said:
            assert refused(response) == (400, "invalid")
        else:
            person.name, person.email = said.get("name", person.name), said.get("email", person.email)
            assert response.json() == {
                "name": person.name,
                "email": person.email,
                "phone": "",
                "consent": False,
            }

    @rule(number=which, how=ways)
    def type(self, number: int, how: str) -> None:
        session, response = self.asked(number, how, "POST", "typing/", {})
        if response is not None:
            assert response.status_code == (403 if session.person.is_blocked else 200)

    @precondition(lambda self: any(line.files for line in self.world.lines))
    @rule(number=which, how=ways, whose=which)
    def download(self, number: int, how: str, whose: int) -> None:
        """Anybody's file, of a message or a note: handed to the sessions of its own contact alone."""
        line = self.pick([line for line in self.world.lines if line.files][::-1], whose)
        session, response = self.asked(number, how, "GET", f"attachment/{line.files[0]}/", {})
        if response is None:
            return
        if session.person.is_blocked:
            assert refused(response) == (403, "blocked")
        elif line in session.person.visible:
            assert response.status_code == 200
            assert response.content.startswith(b"\x89PNG")
        else:
            assert refused(response) == (404, "not_found")
