"""What is going on at this moment: at every branch some wait for anybody, and every operator has some of their own."""

from datetime import timedelta

from crm.demo_data.casting import Casting
from crm.demo_data.teller import Teller
from crm.demo_data.texts import Script
from crm.models import Branch, User

# Minutes since the last message, branch by branch and operator by operator.
WAITING = ((0.6, 4.2, 17.0), (1.7, 9.5), (2.8, 13.0))
UNREAD = (1.3, 3.6, 6.1)
LONG_UNREAD = 23.0
ANSWERED = (7.4, 12.9, 31.0)
PATIENCE = 9.0


def tell_present(casting: Casting) -> None:
    for waiting, (name, branch) in zip(WAITING, casting.world.branches.items(), strict=True):
        for minutes in waiting:
            _tell_waiting(casting, branch, minutes)
        for place, operator in enumerate(casting.world.operators[name]):
            _tell_unread(casting, branch, operator, UNREAD[place] + waiting[0])
            _tell_answered(casting, branch, operator, ANSWERED[place] + waiting[0])
        _tell_unread(casting, branch, casting.world.operators[name][0], LONG_UNREAD + waiting[0])


def _tell_waiting(casting: Casting, branch: Branch, minutes_ago: float) -> None:
    """Nobody has answered yet."""
    teller, script = _begin(casting, branch)
    teller.play(script.opening)
    _nudge(teller, minutes_ago)
    _end(casting, teller, minutes_ago)


def _tell_unread(casting: Casting, branch: Branch, operator: User, minutes_ago: float) -> None:
    """The visitor has the last word."""
    teller, script = _begin(casting, branch, operator, with_dialogue=True)
    teller.play(script.turns[: script.last_place("in") + 1])
    _nudge(teller, minutes_ago)
    _end(casting, teller, minutes_ago)


def _tell_answered(casting: Casting, branch: Branch, operator: User, minutes_ago: float) -> None:
    """The operator has the last word, and some visitors have read it."""
    teller, script = _begin(casting, branch, operator)
    teller.play(script.turns[: len(script.opening) + 1])
    if teller.rng.random() < 0.7:
        teller.visitor_reads()
    _end(casting, teller, minutes_ago)


def _nudge(teller: Teller, minutes_ago: float) -> None:
    """Who waits for long asks whether anybody is there."""
    if minutes_ago > PATIENCE:
        teller.now += timedelta(minutes=teller.rng.uniform(2, 5))
        teller.visitor_says(teller.some_phrase("nudge"))


def _begin(
    casting: Casting, branch: Branch, operator: User | None = None, *, with_dialogue: bool = False
) -> tuple[Teller, Script]:
    world = casting.world
    key = world.rng.choice([key for key, inbox in world.inboxes.items() if inbox.branch in {branch, None}])
    script = casting.script(key, with_dialogue=with_dialogue)
    teller = casting.begin(key, branch, script, world.now, operator)
    teller.keeps_hours = False
    return teller, script


def _end(casting: Casting, teller: Teller, minutes_ago: float) -> None:
    """Moves the story so that it ends that long ago."""
    teller.story.shift(casting.world.now - timedelta(minutes=minutes_ago) - teller.now)
