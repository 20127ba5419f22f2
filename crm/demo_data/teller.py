"""Tells a story step by step, as visitor and operator would have lived it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from crm.demo_data.clock import Clock
from crm.demo_data.slots import Slots
from crm.demo_data.story import Happening, Line, Status, Story
from crm.demo_data.texts import Turn, texts
from crm.models import User
from messenger.models import Inbox

_STARS = {"good": (0, 0, 0, 4, 18, 78), "fair": (0, 2, 10, 25, 38, 25), "bad": (0, 45, 30, 18, 5, 2)}
_NPS = {
    "good": (0, 0, 0, 0, 0, 0, 0, 7, 18, 30, 45),
    "fair": (0, 0, 0, 2, 4, 10, 16, 30, 25, 10, 3),
    "bad": (25, 12, 15, 15, 10, 10, 8, 5, 0, 0, 0),
}


class Teller:
    """Where the story is in time is `now`; every step moves it on."""

    def __init__(
        self, rng: Random, clock: Clock, story: Story, operator: User, mood: str, slots: Slots
    ) -> None:
        self.rng = rng
        self.clock = clock
        self.story = story
        self.operator = operator
        self.mood = mood
        self.slots = slots
        self.now: datetime = story.begun_at
        self.keeps_hours = True

    def play(self, turns: Iterable[Turn]) -> None:
        """Says all of the script's turns."""
        for turn in turns:
            body = turn.body.format_map(self.slots).strip()
            if turn.direction == "in":
                self.visitor_says(body)
            else:
                self.operator_says(body, turn.direction)

    def visitor_says(self, body: str) -> None:
        self.visitor_reads()
        self.now += self.clock.typing(body)
        self.story.lines.append(Line(self.now, "in", body))

    def visitor_reads(self) -> None:
        """The visitor looks at what was answered."""
        unseen = [line for line in self.story.lines if line.direction == "out" and line.read_at is None]
        if not unseen:
            return
        self.now += self.clock.about(8, at_most=45)
        for line in unseen:
            line.read_at = self.now

    def operator_says(self, body: str, direction: str = "out") -> None:
        self._gets_to_it()
        self.now += self.clock.typing(body)
        self.story.lines.append(Line(self.now, direction, body, self.operator))
        self.story.read = len(self.story.lines)

    def end_politely(self) -> None:
        """Thanks, and an answer to them, as moods allow."""
        if self.story.lines[-1].direction == "out" and self.rng.random() < 0.75:
            self.visitor_says(self.some_phrase("thanks", self.mood))
            if self.mood == "good" and self.rng.random() < 0.5:
                self.operator_says(self.some_phrase("welcome"))
        self.story.read = len(self.story.lines)
        if self.rng.random() < 0.88:
            self.visitor_reads()

    def resolve(self) -> None:
        self.now += self.clock.about(100, at_most=30 * 60)
        self._tell("resolved", self.operator)
        self.story.status, self.story.resolved_at = Status.RESOLVED, self.now

    def close(self, at: datetime | None = None) -> None:
        """By the operator soon, or by the retention at a time."""
        self.now = at or self.now + self.clock.about(15 * 60, at_most=3 * 3600)
        self._tell("closed", None if at else self.operator)
        self.story.status, self.story.closed_at = Status.CLOSED, self.now

    def reopen(self, after: timedelta) -> None:
        """The visitor comes back to what was resolved."""
        self.now += after
        self._tell("reopened", None)
        self.story.status, self.story.resolved_at = Status.OPEN, None

    def rate(self) -> None:
        nps = self.story.inbox.rating_type == Inbox.RatingType.NPS
        weights = (_NPS if nps else _STARS)[self.mood]
        self.now += self.clock.about(40, at_most=600)
        self.story.score = self.rng.choices(range(len(weights)), weights)[0]
        self.story.rated_at = self.now
        if self.rng.random() < 0.35:
            self.story.comment = self.some_phrase("comment", self.mood)
        self._tell("rated", None, score=self.story.score)

    def some_phrase(self, kind: str, mood: str = "") -> str:
        phrases = texts("phrases")[self.story.visitor.lang][kind]
        phrase: str = self.rng.choice(phrases[mood] if mood else phrases)
        return phrase.format_map(self.slots)

    def _gets_to_it(self) -> None:
        """The first answer takes the conversation; each one waits for the branch to be open."""
        if self.keeps_hours:
            self.now = self.clock.at_work(self.now)
        if self.story.assignee is None:
            slowness = {"good": 55, "fair": 110, "bad": 240}[self.mood]
            self.now += self.clock.about(slowness, spread=0.8, at_most=25 * 60)
            self.story.assignee, self.story.assigned_at = self.operator, self.now
            self._tell("assigned", self.operator, to=self.operator.pk, to_name=self.operator.display_name)
        else:
            self.now += self.clock.about(20, at_most=5 * 60)

    def _tell(self, kind: str, actor: User | None, **data: int | str) -> None:
        self.story.happenings.append(Happening(self.now, kind, actor, dict(data)))
