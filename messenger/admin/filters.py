"""By what the conversation list is narrowed down: parsed from an address, shown as a form and as chips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode

from crm.models import User
from messenger.admin.base import user_of
from messenger.admin.boxes import BOX_PARAMETER, Box
from messenger.admin.filter_form import ANY, NOBODY, FilterForm
from messenger.models import ConversationLabel, Inbox, Label
from messenger.models.conversation import ConversationQuerySet

SEARCH_PARAMETER = "q"
NAMES = tuple(FilterForm.base_fields)
KNOWN = (BOX_PARAMETER, SEARCH_PARAMETER, *NAMES)
FEW = 10_000
# What counts as bad and good in stars of five and in a score of ten.
SCORES = {"bad": ((1, 2), (0, 6)), "middle": ((3, 3), (7, 8)), "good": ((4, 5), (9, 10))}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address of the list without it."""

    label: str
    value: str
    without: str


@dataclass(slots=True)
class Filters:
    """`query` has what was understood as it stands in an address, `ignored` the labels of what was not."""

    form: FilterForm
    values: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    _conditions: list[Q] | None = None

    @classmethod
    def parse(cls, data: Mapping[str, str], user: User) -> "Filters":
        """Of the values only those that the user could have chosen."""
        form = FilterForm(data, user=user)
        form.full_clean()
        found = cls(
            form, ignored=[str(form.fields[name].label) for name in form.errors if name in form.fields]
        )
        for name in form.fields:
            if (value := form.cleaned_data.get(name)) not in {None, ""}:
                found.values[name] = value
                found.query[name] = data.get(name, "")
        return found

    def __bool__(self) -> bool:
        return bool(self.values)

    def of(self, conversations: ConversationQuerySet) -> ConversationQuerySet:
        """Those of the conversations that fit."""
        if self._conditions is None:
            self._conditions = [CONDITIONS[name](value) for name, value in self.values.items()]
        for condition in self._conditions:
            conversations = conversations.filter(condition)
        return conversations

    def chips(self, box: str, search: str) -> list[Chip]:
        def without(name: str) -> str:
            return address(box, search, {key: value for key, value in self.query.items() if key != name})

        return [
            Chip(str(self.form.fields[name].label), self._shown(name, value), without(name))
            for name, value in self.values.items()
        ]

    def _shown(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return date_format(value, "SHORT_DATE_FORMAT")
        if isinstance(value, User):
            return value.display_name
        choices = dict(getattr(self.form.fields[name], "fixed_choices", ()))
        return str(choices.get(value, value))


def filters_of(request: HttpRequest) -> Filters:
    """Of the request's address, parsed once."""
    found: Filters | None = getattr(request, "messenger_filters", None)
    if found is None:
        found = Filters.parse(request.GET, user_of(request))
        request.messenger_filters = found  # type: ignore[attr-defined]
    return found


def address(box: str, search: str, query: Mapping[str, str]) -> str:
    """Of the list, relative to it."""
    return "?" + urlencode({BOX_PARAMETER: box, **({SEARCH_PARAMETER: search} if search else {}), **query})


def checked_query(text: str, user: User) -> str:
    """A list's query string written anew of what is understood in it; empty where it narrows nothing down."""
    data = QueryDict(text.removeprefix("?"))
    box, search = data.get(BOX_PARAMETER, ""), data.get(SEARCH_PARAMETER, "").replace("\0", "").strip()
    filters = Filters.parse(data, user)
    if not filters and not search:
        return ""
    return address(box if box in Box.values else Box.ALL, search, filters.query).removeprefix("?")


def known_query(text: str) -> str:
    """The same of a query string that was checked once: the list itself judges its values when it is opened."""
    data = QueryDict(text)
    return urlencode({name: data[name] for name in KNOWN if data.get(name)})


# --- What each of them asks --------------------------------------------------------------------------------


def _rating(kind: str) -> Q:
    if kind in {ANY, NOBODY}:
        return Q(rating_score__isnull=kind == NOBODY)
    of_stars, of_nps = SCORES[kind]
    nps, stars = Inbox.RatingType.NPS, Inbox.RatingType.STARS
    # Of what was rated before its kind was kept, the inbox says it.
    by_inbox = Q(inbox__in=Inbox.objects.filter(rating_type=nps).values("pk"))
    in_nps = Q(rating_type=nps) | (Q(rating_type="") & by_inbox)
    in_stars = Q(rating_type=stars) | (Q(rating_type="") & ~by_inbox)
    scored = (Q(rating_score__range=of_stars) & in_stars) | (Q(rating_score__range=of_nps) & in_nps)
    return Q(rating_score__isnull=False) & scored


def _beginning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _waiting(minutes: str) -> Q:
    return Q(waiting_since__lte=timezone.now() - timedelta(minutes=int(minutes)))


def _label(label: Label) -> Q:
    """Few conversations are named: looking for them among all would take longer the rarer they are."""
    links = ConversationLabel.objects.filter(label=label).order_by("label_id", "conversation_id")
    few = list(links.values_list("conversation_id", flat=True)[: FEW + 1])
    return Q(pk__in=few) if len(few) <= FEW else Q(label_links__label=label)


CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "status": lambda status: Q(status=status),
    "branch": lambda branch: Q(branch=branch),
    "inbox": lambda inbox: Q(inbox=inbox),
    "operator": lambda user: Q(assignee__isnull=True) if user == NOBODY else Q(assignee=user),
    "label": _label,
    "rating": _rating,
    "waiting": _waiting,
    "since": lambda day: Q(last_message_at__gte=_beginning(day)),
    "until": lambda day: Q(last_message_at__lt=_beginning(day + timedelta(days=1))),
}
