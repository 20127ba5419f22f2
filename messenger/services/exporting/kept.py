"""What administrators keep: labels and canned responses. Their columns are those that an import takes."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messenger.models import CannedResponse, Label
from messenger.services.exporting.sheet import Column, Sheet, by_key
from messenger.services.exporting.words import yes_or_no


def _labels(rows: QuerySet[Label]) -> Iterator[list[Label]]:
    return by_key(rows, lambda keys: Label.objects.select_related("branch").filter(pk__in=keys))


def _responses(rows: QuerySet[CannedResponse]) -> Iterator[list[CannedResponse]]:
    return by_key(rows, lambda keys: CannedResponse.objects.select_related("branch").filter(pk__in=keys))


def _branch(row: Label | CannedResponse) -> str:
    return row.branch.name if row.branch else ""


LABELS = Sheet[Label, QuerySet[Label]](
    name="labels",
    title=_("Labels"),
    permission="messenger.change_label",
    read=_labels,
    columns=(
        Column("name", pgettext_lazy("label", "name"), lambda label: label.name),
        Column("color", _("color"), lambda label: label.color),
        Column("branch", _("branch"), _branch),
    ),
)

CANNED_RESPONSES = Sheet[CannedResponse, QuerySet[CannedResponse]](
    name="canned-responses",
    title=_("Canned responses"),
    permission="messenger.change_cannedresponse",
    read=_responses,
    columns=(
        Column("shortcut", _("shortcut"), lambda response: response.shortcut),
        Column("text", _("text"), lambda response: response.text),
        Column("branch", _("branch"), _branch),
        Column(
            "is_active",
            _("active"),
            lambda response: response.is_active,
            lambda response: yes_or_no(response.is_active),
        ),
    ),
)
