"""What operators do with their day: they come, pause, want quiet, go, and sometimes just vanish."""

from collections.abc import Callable
from datetime import datetime, timedelta

from messenger.models import AgentProfile
from messenger.services import presence
from tests.simulation.desk import Desk
from tests.simulation.people import Habit

Status = AgentProfile.Status
_FINISHES = timedelta(minutes=5)
_LUNCH = timedelta(minutes=40)
_QUIET_AFTER_LUNCH = timedelta(minutes=90)
_QUIET = timedelta(minutes=20)
_LAST_MINUTES = timedelta(minutes=15)
_IGNORES = timedelta(hours=1)
_CRASHES = timedelta(minutes=20)


class Shift:
    """The plan of one operator's day."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._timeline = desk, desk.floor.timeline

    def plan(self) -> None:
        operator, rng = self._desk.operator, self._desk.floor.rng
        begins, ends = (operator.office.moment(at) for at in operator.shift)
        lunch = operator.office.moment(operator.lunch)
        quiet = lunch + _QUIET_AFTER_LUNCH + timedelta(minutes=rng.uniform(-10, 10))
        self._at(begins + timedelta(minutes=rng.uniform(-3, 3)), self._come)
        self._at(lunch, lambda: self._say(Status.AWAY))
        self._at(lunch + _FINISHES, self._step_out)
        self._at(lunch + _LUNCH, self._come)
        self._at(quiet, lambda: self._say(Status.BUSY))
        self._at(quiet + _QUIET, lambda: self._say(Status.ONLINE))
        self._at(ends - _LAST_MINUTES, lambda: self._say(Status.BUSY))
        self._at(ends, self._go)
        self._plan_habit(operator.office.moment(operator.habit_at))

    def _plan_habit(self, at: datetime) -> None:
        match self._desk.operator.habit:
            case Habit.IGNORES:
                self._at(at, self._step_out)
                self._at(at + _IGNORES, self._step_in)
            case Habit.CRASHES:
                self._at(at, self._vanish)
                self._at(at + _CRASHES, self._reappear)
            case Habit.LEAVES:
                self._at(at, self._leave)

    def _at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Whoever left for the day does nothing more."""
        self._timeline.at(moment, lambda: None if self._desk.is_gone else action())

    def _say(self, status: str) -> None:
        presence.set_status(user=self._desk.user, status=status)

    def _step_in(self) -> None:
        self._desk.is_there = True
        self._desk.wake()

    def _step_out(self) -> None:
        self._desk.is_there = False

    def _reappear(self) -> None:
        self._desk.has_page = True
        presence.show_sign_of_life([self._desk.user.pk])
        self._step_in()

    def _vanish(self) -> None:
        self._desk.has_page = False
        self._step_out()

    def _come(self) -> None:
        self._reappear()
        self._say(Status.ONLINE)

    def _go(self) -> None:
        self._say(Status.OFFLINE)
        self._vanish()

    def _leave(self) -> None:
        self._vanish()
        self._desk.is_gone = True
