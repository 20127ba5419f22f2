"""The form that takes a file to import; its kind is told by its name, or chosen."""

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ImportForm

from messenger.admin.exchange.reading import FILE_BYTES, Table, Unreadable, read
from messenger.admin.exchange.upload import was_too_large

if TYPE_CHECKING:

    class Base(forms.Form):
        def __init__(self, formats: Any, resources: Any, **more: Any) -> None: ...
else:
    Base = ImportForm

KINDS = ("csv", "xlsx", "json")


class Kind:
    """A kind of file as import_export's forms ask for it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> "Kind":
        return self

    def get_title(self) -> str:
        return self.name


class TableForm(Base):
    def __init__(self, request: HttpRequest, *, is_blank: bool = False) -> None:
        is_sent = request.method == "POST" and not is_blank
        data = request.POST if is_sent else None
        # Django drops the whole form with an upload that was stopped; known once the form was read.
        self._was_too_large = is_sent and was_too_large(request)
        super().__init__(
            [Kind(name) for name in KINDS],
            [ModelResource],
            data=data,
            files=request.FILES if is_sent else None,
        )
        self.fields["resource"].required = False
        choices = [("", gettext_lazy("by its name")), *enumerate(KINDS)]
        self.fields["format"].required = False
        self.fields["format"].choices = self.fields["format"].widget.choices = choices  # type: ignore[attr-defined]
        self.fields["import_file"].label = gettext_lazy("File")
        self.fields["format"].label = gettext_lazy("Kind of file")

    def clean(self) -> Any:
        if self._was_too_large:
            self.errors.pop("import_file", None)
            most = {"most": FILE_BYTES // 1_048_576}
            self.add_error("import_file", _("The file is larger than %(most)d MB.") % most)
        elif "import_file" in self.cleaned_data and not self._kind():
            self.add_error("import_file", _("Files of the kinds CSV, XLSX and JSON can be imported."))
        return self.cleaned_data

    def file_name(self) -> str:
        return str(self.cleaned_data["import_file"].name)

    def table(self) -> Table:
        """Raises Unreadable."""
        if self.cleaned_data["import_file"].size > FILE_BYTES:
            raise Unreadable(_("The file is larger than %(most)d MB.") % {"most": FILE_BYTES // 1_048_576})
        return read(self.cleaned_data["import_file"].read(), self._kind())

    def _kind(self) -> str:
        chosen = self.cleaned_data.get("format", "")
        extension = PurePath(self.file_name()).suffix[1:].lower()
        return KINDS[int(chosen)] if chosen else extension if extension in KINDS else ""
