"""What has been said and done: months of it, and the last day."""

from datetime import timedelta

from crm.demo_data.casting import Casting
from crm.demo_data.teller import Teller
from crm.demo_data.texts import Script

MONTHS = timedelta(days=122)
PAST = {"shop": 165, "company": 135}
RECENT = {"shop": 9, "company": 7}
# After so long without a message the retention closes what was resolved.
RETENTION = timedelta(days=90)


def tell_months(casting: Casting) -> None:
    """In the order in which they began, so that visitors come back to what they know."""
    world = casting.world
    plan = []
    for key, number in PAST.items():
        for _number in range(number):
            branch = world.some_branch(world.inboxes[key])
            clock = world.clock(branch)
            plan.append(
                (clock.lively_moment(world.now - MONTHS, world.now - timedelta(hours=36)), key, branch)
            )
    for moment, key, branch in sorted(plan, key=lambda planned: planned[0]):
        script = casting.script(key)
        _tell_whole(casting.begin(key, branch, script, moment), script, casting)


def tell_last_day(casting: Casting) -> None:
    """So that the list doesn't leap from this minute to the day before yesterday."""
    world = casting.world
    for key, number in RECENT.items():
        for _number in range(number):
            branch, script = world.some_branch(world.inboxes[key]), casting.script(key)
            teller = casting.begin(key, branch, script, world.now)
            teller.keeps_hours = False
            teller.play(script.turns)
            _finish(teller, rated=0.4)
            end = teller.clock.lively_moment(
                world.now - timedelta(hours=30), world.now - timedelta(minutes=45)
            )
            teller.story.shift(end - teller.now)


def _tell_whole(teller: Teller, script: Script, casting: Casting) -> None:
    """From the first word to the end, with whatever comes after the end."""
    rng, now = casting.world.rng, casting.world.now
    returns = script.again and teller.now < now - timedelta(days=8) and rng.random() < 0.6
    teller.play(script.turns)
    _finish(teller, rated=0 if returns else 0.45)
    if returns:
        teller.reopen(after=timedelta(hours=rng.uniform(2, 60)))
        teller.play(script.again)
        _finish(teller, rated=0.45)
    forgotten_at = teller.story.lines[-1].at + RETENTION + timedelta(hours=rng.uniform(1, 20))
    if rng.random() < 0.5:
        teller.close()
        teller.story.visitor.free_at = teller.now + timedelta(days=2)
    elif forgotten_at < now:
        teller.close(at=forgotten_at)


def _finish(teller: Teller, *, rated: float) -> None:
    teller.end_politely()
    teller.resolve()
    if teller.rng.random() < rated:
        teller.rate()
