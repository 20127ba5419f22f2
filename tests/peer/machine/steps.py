"""What all steps share: whose tokens are used, how the door answers them, and what is looked at."""

from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.peer.machine.model import Door, Refusal, Session, Talk
from tests.peer.machine.world import World

which = st.integers(0, 11)
ways = st.sampled_from(
    ["own"] * 14 + ["other inbox", "old inbox", "no inbox", "no session", "garbage", "borrowed"]
)


def refused(response: httpx.Response) -> Refusal:
    return response.status_code, response.json().get("code", "")


class Steps(RuleBasedStateMachine):
    """One step is one request of a visitor, or one thing that an operator does."""

    world: World

    def pick[T](self, among: list[T], number: int) -> T:
        return among[number % len(among)]

    def came_in(self, number: int, how: str) -> tuple[Session, Door]:
        """Somebody's session, and the way in which it is used; borrowed it works as theirs whose it is."""
        session = self.pick(self.world.sessions, number)
        return session, self.world.door(session, how)

    def asked(
        self, number: int, how: str, method: str, path: str, body: dict[str, Any]
    ) -> tuple[Session, httpx.Response | None]:
        """The answer to who got in; None where the door refused them as it had to."""
        session, door = self.came_in(number, how)
        response = self.world.ask(method, path, door, body)
        if door.refusal is not None:
            assert refused(response) == door.refusal
            return session, None
        return session, response

    def check_poll(self, session: Session, response: httpx.Response, since_id: int) -> None:
        if session.person.is_blocked:
            assert refused(response) == (403, "blocked")
            return
        if session.talk.status == "closed":
            session.talk = session.person.active or session.talk
        answer = response.raise_for_status().json()
        lines, more = session.person.after(since_id)
        self.world.check(answer["messages"], lines, session.person)
        assert answer["has_more"] is more
        self.check_state(answer, session.talk)

    def check_state(self, answer: dict[str, Any], talk: Talk) -> None:
        assert (answer["conversation"]["id"], answer["conversation"]["status"]) == (talk.pk, talk.status)
        asks = talk.person.shop.asks_rating and not talk.is_rated and talk.status != "open"
        assert answer["rating_requested"] is asks

    def look_once_more(self) -> None:
        """Everybody sees all that is theirs, and nothing else."""
        for session in self.world.sessions:
            door = self.world.door(session, "own")
            response = self.world.ask("GET", "poll/", door, {"since_id": 0})
            if door.refusal:
                assert refused(response) == door.refusal
            else:
                self.check_poll(session, response, 0)
