"""What a saved form of the admin changed, old → new, for the audit. Secrets are named, and their values left out."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.utils.translation import override

# What visitors said and are is no setting: it has a timeline of its own, and does not belong here.
NOT_AUDITED = frozenset({"messenger.contact", "messenger.conversation"})
SECRET = ("password", "secret", "token")
LONGEST = 500

type Change = dict[str, Any]


def changes_of(form: BaseForm, formsets: Iterable[Any] | None, *, is_new: bool = False) -> list[Change]:
    """One entry per field, `{"field", "old", "new"}`; rows of an inline have their name in `row`.

    A secret has neither `old` nor `new`. Names of fields are msgids, translated when they are shown. What was added
    has no former values, and its defaults are not told.
    """
    with override(None):
        changes = list(_changes(form, is_new))
        for formset in formsets or []:
            changes += [change for row in formset.forms for change in _changes_of_row(row, formset)]
    return changes


def _changes_of_row(row: Any, formset: Any) -> Iterator[Change]:
    """An empty row that was not filled in has no object, and so no name either."""
    is_gone = row in formset.deleted_forms
    if not is_gone and not row.has_changed():
        return
    name = f"{row.instance._meta.verbose_name}: {row.instance}"  # noqa: SLF001  (Django's own API)
    if is_gone:
        yield {"row": name, "field": "", "old": name, "new": None}
    else:
        is_new = row.instance in formset.new_objects
        yield from ({"row": name, **change} for change in _changes(row, is_new))


def _changes(form: Any, is_new: bool) -> Iterator[Change]:
    for name in form.changed_data:
        field = form.fields.get(name)
        label = _as_msgid(str(getattr(field, "label", None) or name))
        if any(word in name for word in SECRET):
            yield {"field": label}
            continue
        old = None if is_new else plain(_before(form, name, field))
        new = plain(form.cleaned_data.get(name))
        if old != new:
            yield {"field": label, "old": old, "new": new}


def _before(form: Any, name: str, field: Any) -> Any:
    """Of a choice among objects a form keeps the key alone."""
    before = form[name].initial if field is not None else None
    if before in (None, "") or isinstance(before, (list, tuple, QuerySet)):
        return before
    return field.queryset.filter(pk=before).first() or before if hasattr(field, "queryset") else before


def _as_msgid(label: str) -> str:
    """A form has "Email address", the model and the translations "email address"."""
    return label[:1].lower() + label[1:] if label[:2].istitle() else label


def plain(value: Any) -> Any:
    """The value as JSON has it, with objects by their names."""
    if value is None or value == "":
        return None
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, QuerySet)):
        return [plain(one) for one in value]
    return str(value)[:LONGEST]
