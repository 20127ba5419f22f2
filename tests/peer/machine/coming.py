"""Visitors come, come back, are vouched for, and pretend to be somebody else."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.peer.machine.model import Door, Person, Session, Shop
from tests.peer.machine.steps import Steps, refused, which


class Coming(Steps):
    @rule(number=which)
    def first_visit(self, number: int) -> None:
        self.bootstrap(number, {})

    @rule(number=which, whose=which, name=st.sampled_from(["", "Maria"]))
    def come_back(self, number: int, whose: int, name: str) -> None:
        """By a token of their own, or of another shop's."""
        tokens = [token for person in self.world.people for token in person.tokens]
        self.bootstrap(number, {"visitor_token": self.pick(tokens, whose), "name": name})

    @rule(
        number=which,
        whose=which,
        external_id=st.sampled_from(["1", "2"]),
        is_right=st.booleans(),
        is_back=st.booleans(),
    )
    def be_vouched_for(
        self, number: int, whose: int, external_id: str, is_right: bool, is_back: bool
    ) -> None:
        shop = self.pick(self.world.shops, number)
        signed_by = shop if is_right else self.pick(self.world.shops, number + 1)
        body = {"contact_external_id": external_id, "identity_hash": self.world.sign(signed_by, external_id)}
        if is_back:
            body["visitor_token"] = self.pick(self.world.sessions, whose).person.tokens[0]
        self.bootstrap(number, body, is_right=is_right)

    @rule(number=which, whose=which)
    def pretend(self, number: int, whose: int) -> None:
        """Claims open nothing: whoever makes them is somebody new."""
        victim = self.pick(self.world.people, whose)
        token = f"{victim.tokens[0][:-2]}xx"
        claims = {
            "contact_external_id": victim.external_id or "1",
            "email": victim.email or "maria@shop.example",
        }
        self.bootstrap(number, {**claims, "visitor_token": token})

    def bootstrap(self, number: int, body: dict[str, Any], *, is_right: bool = True) -> None:
        shop = self.pick(self.world.shops, number)
        response = self.world.ask("POST", "bootstrap/", Door(shop.token, "", None), body)
        if not shop.is_active:
            assert refused(response) == (404, "inbox_not_found")
            return
        if not is_right:
            assert refused(response) == (400, "invalid")
            return
        verified = body.get("contact_external_id", "") if "identity_hash" in body else ""
        person = self.expected(shop, body.get("visitor_token", ""), verified)
        if person is not None and person.is_blocked:
            assert refused(response) == (403, "blocked")
            return
        answer = response.raise_for_status().json()
        if person is None:
            person = self.world.newcomer(shop, answer["conversation_id"])
        self.remember(person, answer, body, verified)

    def expected(self, shop: Shop, token: str, verified: str) -> Person | None:
        by_token = self.world.whose_token(shop, token)
        if not verified:
            return by_token
        known = self.world.of_id(shop, verified)
        return by_token if known is None and by_token and not by_token.external_id else known

    def remember(self, person: Person, answer: dict[str, Any], body: dict[str, Any], verified: str) -> None:
        person.external_id = person.external_id or verified
        person.name = person.name or body.get("name", "")
        person.email = person.email or body.get("email", "")
        person.tokens.append(answer["visitor_token"])
        assert answer["conversation_id"] == person.latest.pk
        self.world.check(answer["initial_messages"], person.visible[-50:], person)
        self.check_state(answer, person.latest)
        self.world.sessions.append(Session(answer["widget_session_token"], person, person.latest))
