"""The kinds of files that can be downloaded."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from messenger.services.exporting import Column, as_csv, as_json, as_xlsx

# A workbook is made before its first byte goes out: a minute and more would look like a fault, and proxies give up.
XLSX_ROWS = 50_000

type Columns = list[Column[Any]]
type Batches = Iterable[list[Any]]


class Format(NamedTuple):
    """`most` is the number of rows up to which a file can be made."""

    extension: str
    title: str | Promise
    content_type: str
    write: Callable[[Columns, Batches], Any]
    most: int | None = None

    def response(self, name: str, columns: Columns, batches: Batches) -> HttpResponseBase:
        content = self.write(columns, batches)
        kind = FileResponse if hasattr(content, "read") else StreamingHttpResponse
        response: HttpResponseBase = kind(content, content_type=self.content_type)
        filename = f"{name}-{localdate():%Y-%m-%d}.{self.extension}"
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
        return response


FORMATS = (
    Format("csv", _("CSV – for Excel and others, any number of rows"), "text/csv; charset=utf-8", as_csv),
    Format(
        "xlsx",
        _("XLSX – Excel workbook, up to %(most)s rows"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_xlsx,
        most=XLSX_ROWS,
    ),
    Format("json", _("JSON – for programs"), "application/json", as_json),
)
