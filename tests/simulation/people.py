"""The call centre: offices in three time zones, twelve operators, and the rules that lead visitors to them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from zoneinfo import ZoneInfo

from crm.models import Branch, Region, User
from messenger.models import AgentProfile, Inbox, RoutingRule, WorkingHours

DAY = date(2026, 3, 17)  # a Tuesday
MOSCOW = ZoneInfo("Europe/Moscow")
EVERYWHERE = "Everywhere"


class Habit(Enum):
    """What operators do that no plan foresees."""

    NONE = "none"
    IGNORES = "stays online for an hour and opens nothing"
    LEAVES = "closes the laptop without a word"
    CRASHES = "is thrown out in the middle of a chat, and comes back after twenty minutes"


@dataclass(frozen=True, slots=True)
class Office:
    name: str
    zone: ZoneInfo
    regions: tuple[str, ...]

    def moment(self, at: time) -> datetime:
        """When its clock shows this time of the day."""
        return datetime.combine(DAY, at, self.zone)


MOSCOW_OFFICE = Office("Moscow", MOSCOW, ("Moscow", "Tula", "Tver", "Kaluga"))
YEKATERINBURG = Office("Yekaterinburg", ZoneInfo("Asia/Yekaterinburg"), ("Sverdlovsk", "Perm", "Chelyabinsk"))
NOVOSIBIRSK = Office("Novosibirsk", ZoneInfo("Asia/Novosibirsk"), ("Novosibirsk", "Omsk", "Tomsk"))
OFFICES = (MOSCOW_OFFICE, YEKATERINBURG, NOVOSIBIRSK)
# No rule names it: its visitors go where those of unknown regions go.
UNCOVERED = "Kaliningrad"

Shift = tuple[time, time]
EARLY: Shift = (time(8, 50), time(17, 20))
MIDDLE: Shift = (time(10), time(18, 30))
LATE: Shift = (time(12, 30), time(21, 5))
# Until the inbox for everybody closes, which is at six in Moscow.
LONG: Shift = (time(13, 30), time(22, 5))


@dataclass(frozen=True, slots=True)
class Operator:
    """`pace` is the seconds that a usual answer takes, `habit_at` when the habit breaks out."""

    name: str
    office: Office
    shift: Shift
    lunch: time
    capacity: int
    pace: float
    habit: Habit = Habit.NONE
    habit_at: time = time(0)


STAFF = (
    Operator("Anton", MOSCOW_OFFICE, EARLY, time(12, 45), 6, 34),
    Operator("Bella", MOSCOW_OFFICE, EARLY, time(13, 30), 4, 48),
    Operator("Denis", MOSCOW_OFFICE, MIDDLE, time(14, 15), 5, 38, Habit.IGNORES, time(11, 5)),
    Operator("Elena", MOSCOW_OFFICE, LATE, time(16), 5, 38, Habit.CRASHES, time(15, 10)),
    Operator("Fedor", MOSCOW_OFFICE, LATE, time(17), 8, 30),
    Operator("Galina", YEKATERINBURG, EARLY, time(12, 40), 5, 36),
    Operator("Ivan", YEKATERINBURG, EARLY, time(13, 20), 3, 52),
    Operator("Kira", YEKATERINBURG, LATE, time(16), 7, 30, Habit.LEAVES, time(18, 40)),
    Operator("Lev", YEKATERINBURG, LATE, time(17), 5, 44),
    Operator("Maxim", NOVOSIBIRSK, EARLY, time(13), 6, 30, Habit.CRASHES, time(10, 40)),
    Operator("Nina", NOVOSIBIRSK, MIDDLE, time(14), 5, 34),
    Operator("Olga", NOVOSIBIRSK, LONG, time(17), 6, 32, Habit.IGNORES, time(15, 20)),
)


@dataclass(frozen=True, slots=True)
class World:
    """What the database knows of them, by name."""

    branches: dict[str, Branch]
    inboxes: dict[str, Inbox]
    regions: dict[str, Region]
    users: dict[str, User]


def settle() -> World:
    """Puts them into an empty database."""
    branches = {office.name: Branch.objects.create(name=office.name) for office in OFFICES}
    inboxes = {
        office.name: _inbox(office.name, office.zone, branches[office.name], time(9), time(21))
        for office in OFFICES
    }
    inboxes[EVERYWHERE] = _inbox(EVERYWHERE, MOSCOW, None, time(8), time(18))
    names = [UNCOVERED, *(name for office in OFFICES for name in office.regions)]
    regions = {name: Region.objects.create(name=name) for name in names}
    _rules(branches, inboxes, regions)
    return World(branches, inboxes, regions, {one.name: _user(one, branches) for one in STAFF})


def _inbox(name: str, zone: ZoneInfo, branch: Branch | None, opens: time, closes: time) -> Inbox:
    inbox = Inbox.objects.create(
        name=name, branch=branch, time_zone=zone.key, working_hours_enabled=True, greeting="Hello!"
    )
    WorkingHours.objects.bulk_create(
        WorkingHours(inbox=inbox, weekday=weekday, opens=opens, closes=closes) for weekday in range(1, 6)
    )
    return inbox


def _rules(branches: dict[str, Branch], inboxes: dict[str, Inbox], regions: dict[str, Region]) -> None:
    """Novosibirsk is named by its inbox, the others by themselves; Moscow takes the rest."""
    for office in OFFICES:
        by_inbox = office is NOVOSIBIRSK
        rule = RoutingRule.objects.create(
            name=office.name,
            branch=None if by_inbox else branches[office.name],
            inbox=inboxes[office.name] if by_inbox else None,
        )
        rule.regions.set([regions[name] for name in office.regions])
    RoutingRule.objects.create(name="The rest", is_fallback=True, branch=branches[MOSCOW_OFFICE.name])


def _user(operator: Operator, branches: dict[str, Branch]) -> User:
    user = User(
        username=operator.name.lower(), first_name=operator.name, branch=branches[operator.office.name]
    )
    user.set_unusable_password()
    user.save()
    AgentProfile.objects.create(user=user, status=AgentProfile.Status.OFFLINE, capacity=operator.capacity)
    return user
