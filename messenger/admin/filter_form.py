"""The form of the list's filters: it offers what the user may see, and takes nothing else."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.models import Branch, User
from messenger.models import Conversation, Inbox, Label

if TYPE_CHECKING:
    ModelChoice = forms.ModelChoiceField[Any]
    Choices = ModelChoiceIterator[Any]
else:
    ModelChoice, Choices = forms.ModelChoiceField, ModelChoiceIterator

NOBODY, ANY = "none", "any"
RATINGS = (
    ("good", pgettext_lazy("rating", "Good")),
    ("middle", pgettext_lazy("rating", "So-so")),
    ("bad", pgettext_lazy("rating", "Bad")),
    (ANY, pgettext_lazy("rating", "Any")),
    (NOBODY, pgettext_lazy("rating", "Not rated")),
)
WAITING = (
    ("10", _("10 minutes or longer")),
    ("30", _("30 minutes or longer")),
    ("60", _("An hour or longer")),
    ("240", _("4 hours or longer")),
    ("1440", _("A day or longer")),
)
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


class DayInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """The browser's own calendar: on a phone the phone's."""

    input_type = "date"


class Fixed(forms.ChoiceField):
    """One of a few; nothing chosen filters nothing."""

    def __init__(self, label: Any, choices: Any) -> None:
        self.fixed_choices = tuple(choices)
        super().__init__(
            label=label,
            required=False,
            choices=[("", "—"), *self.fixed_choices],
            widget=UnfoldAdminSelectWidget,
        )


class OneOf(ModelChoice):
    def __init__(self, label: Any, queryset: Any) -> None:
        super().__init__(
            queryset, label=label, required=False, empty_label="—", widget=UnfoldAdminSelectWidget
        )


class Operators(Choices):
    """Begins with nobody."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        offered = super().__iter__()
        yield next(offered)
        yield from OperatorField.fixed_choices
        yield from offered


class OperatorField(OneOf):
    iterator = Operators
    fixed_choices = ((NOBODY, _("Nobody yet")),)

    def to_python(self, value: Any) -> Any:
        return NOBODY if value == NOBODY else super().to_python(value)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class Day(forms.DateField):
    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
            widget=DayInput(attrs={"min": FIRST, "max": LAST}),
        )


class FilterForm(forms.Form):
    status = Fixed(_("Status"), Conversation.Status.choices)
    waiting = Fixed(_("Waiting"), WAITING)
    operator = OperatorField(_("Operator"), User.objects.none())
    branch = OneOf(_("Branch"), Branch.objects.order_by("name", "pk"))
    inbox = OneOf(_("Inbox"), Inbox.objects.none())
    label = OneOf(_("Label"), Label.objects.none())
    rating = Fixed(_("Rating"), RATINGS)
    since = Day(_("Last message from"))
    until = Day(_("Last message to"))

    def __init__(self, data: Mapping[str, str], *, user: User) -> None:
        super().__init__(data, auto_id="msgr-filter-%s", use_required_attribute=False)
        if not user.is_messenger_administrator:
            del self.fields["branch"]
        self._offer("operator", _operators(user))
        self._offer("inbox", _inboxes(user))
        self._offer("label", Label.objects.visible_to(user))

    def _offer(self, name: str, rows: QuerySet[Any]) -> None:
        cast("OneOf", self.fields[name]).queryset = rows


def _operators(user: User) -> QuerySet[User]:
    """Those who left stand last: what they did is still looked for."""
    people = User.objects.order_by("-is_active", "first_name", "last_name", "username")
    if user.is_messenger_administrator:
        return people
    return people.filter(Q(branch=user.branch_id) | Q(pk=user.pk) if user.branch_id else Q(pk=user.pk))


def _inboxes(user: User) -> QuerySet[Inbox]:
    inboxes = Inbox.objects.order_by("name", "pk")
    if user.is_messenger_administrator:
        return inboxes
    return inboxes.filter(Q(branch=user.branch_id) | Q(branch=None))
