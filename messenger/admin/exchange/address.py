"""What the address of an export says: which table, and which rows of the list."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse

SHEET_PARAMETER, ROW_PARAMETER = "sheet", "id"
# Where in the list somebody stands says nothing of what they want to take along.
PLACE_PARAMETERS = ("before", "p", "all", "_changelist_filters", SHEET_PARAMETER, ROW_PARAMETER)
AT_ONCE = 500
LONGEST_KEY = 36
# Of an address' parameters, for the record.
LONGEST_VALUE, LONGEST_LIST = 200, 50


def export_selected(admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseRedirect:
    """An action of the list: on to the export's page, with the ids of the ticked rows.

    Where all rows of all pages are ticked, with what the list is filtered by.
    """
    query = without_place(request.GET)
    if request.POST.get("select_across", "0") != "1":
        query.setlist(ROW_PARAMETER, [str(pk) for pk in rows.values_list("pk", flat=True)[:AT_ONCE]])
    url = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_export")
    return HttpResponseRedirect(f"{url}?{query.urlencode()}" if query else url)


def keys_of(field: Any, texts: Sequence[str]) -> list[Any]:
    """The values of the primary key; raises BadRequest where one is none."""
    try:
        if len(texts) > AT_ONCE or any(len(text) > LONGEST_KEY for text in texts):
            raise ValidationError("too many, or none")
        keys = [field.to_python(text) for text in texts]
        for key in keys:
            field.run_validators(key)
    except ValidationError as error:
        raise BadRequest("these are no ids of rows, or too many") from error
    return keys


def without_place(query: QueryDict) -> QueryDict:
    kept = query.copy()
    for name in PLACE_PARAMETERS:
        kept.pop(name, None)
    return kept


def _storable(text: str) -> str:
    """An address may hold anything in any length, and what is recorded is never removed."""
    return text.replace("\0", "")[:LONGEST_VALUE]


def with_sheet(query: QueryDict, sheet: str) -> str:
    changed = query.copy()
    changed[SHEET_PARAMETER] = sheet
    return f"?{changed.urlencode()}"


def told(query: QueryDict) -> dict[str, Any]:
    """For the record: what was searched for is often somebody's name, and is left out."""
    kept: dict[str, Any] = {
        _storable(name): [_storable(value) for value in values[:LONGEST_LIST]]
        for name, values in list(without_place(query).lists())[:LONGEST_LIST]
        if name != "q"
    }
    if "q" in query:
        kept["q"] = "…"
    if ids := query.getlist(ROW_PARAMETER):
        kept["ids"] = ids[:AT_ONCE]
    return kept
