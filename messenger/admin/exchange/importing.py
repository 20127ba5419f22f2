"""The import's pages: a file, a preview of what it would do, and the doing, all or nothing."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from messenger.admin.base import user_of
from messenger.admin.exchange.audit import record_exchange, record_row
from messenger.admin.exchange.head import names_of
from messenger.admin.exchange.import_form import TableForm
from messenger.admin.exchange.preview import Preview, preview_of
from messenger.admin.exchange.reading import FILE_BYTES, ROWS, Table, Unreadable
from messenger.admin.exchange.trial import Upload, attempt, forget, keep, kept
from messenger.admin.exchange.upload import takes_table

if TYPE_CHECKING:
    from messenger.admin.exchange.exporting import Exports as Base
else:
    Base = object

PAGE = "admin/messenger/exchange/import.html"

only_form = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))


class Imports(Base):
    """Whoever may add and change the admin's rows may import them, by `import_resource`."""

    import_resource: type[Any]

    def get_own_urls(self) -> list[URLPattern]:
        name, wrap = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("import/", takes_table(wrap(self.table_import_view)), name=f"{name}_import"),
            path("import/confirm/", wrap(self.table_confirm_view), name=f"{name}_import_confirm"),
            *super().get_own_urls(),
        ]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"can_import": self.has_import_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    @only_form
    def table_import_view(self, request: HttpRequest) -> HttpResponseBase:
        """GET asks for a file, POST shows what it would do and writes nothing."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = TableForm(request)
        if not form.is_bound or not form.is_valid():
            return self._import_page(request, form=form)
        try:
            upload = self._understood_table(form.file_name(), form.table())
        except Unreadable as error:
            form.add_error("import_file", str(error))
            return self._import_page(request, form=form)
        preview = self._attempt_import(request, upload, is_trial=True)
        token = (
            ""
            if preview.faulty or not preview.changes_anything
            else keep(upload, self._import_owner(request))
        )
        return self._import_page(request, form=form, preview=preview, token=token)

    @method_decorator(require_POST)
    def table_confirm_view(self, request: HttpRequest) -> HttpResponseBase:
        """Writes what the preview showed, or nothing where a row fails that did not before."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        token = request.POST.get("token", "")
        upload = kept(token, self._import_owner(request))
        if upload is None:
            messages.error(request, _("The preview has expired. Please choose the file once more."))
            return HttpResponseRedirect(self._import_url("import"))
        with transaction.atomic():
            preview = self._attempt_import(request, upload, is_trial=False)
            if not preview.faulty:
                self._record_import(request, upload, preview)
        if preview.faulty:
            return self._import_page(request, form=TableForm(request, is_blank=True), preview=preview)
        forget(token, self._import_owner(request))
        messages.success(request, _told(preview))
        return HttpResponseRedirect(self._import_url("changelist"))

    def _understood_table(self, file_name: str, table: Table) -> Upload:
        names = names_of(table.head, self.sheets[0].columns, self.import_resource.key_field)
        return Upload(file_name, names, table.rows)

    def _attempt_import(self, request: HttpRequest, upload: Upload, *, is_trial: bool) -> Preview:
        resource = self.import_resource(user_of(request), upload.numbers)
        return preview_of(
            attempt(resource, upload, is_trial=is_trial), upload.numbers, self.sheets[0].columns
        )

    def _record_import(self, request: HttpRequest, upload: Upload, preview: Preview) -> None:
        """Each row as if it had been written by hand, and the import as a whole."""
        for line in preview.lines:
            record_row(self, request, line, self.sheets[0].columns)
        record_exchange(
            request,
            "imported",
            self.sheets[0].name,
            file=upload.file_name,
            new=preview.new,
            changed=preview.changed,
            unchanged=preview.unchanged,
        )

    def _import_owner(self, request: HttpRequest) -> str:
        """Whose preview it is: nobody confirms another's."""
        return f"{user_of(request).pk}:{self.opts.model_name}"

    def _import_page(self, request: HttpRequest, *, form: TableForm, **more: Any) -> HttpResponseBase:
        context = self.admin_site.each_context(request) | {
            "title": _("Import"),
            "opts": self.opts,
            "form": form,
            "columns": self.sheets[0].columns,
            "key_field": self.import_resource.key_field,
            "most_rows": ROWS,
            "most_bytes": FILE_BYTES,
            "list_url": self._import_url("changelist"),
            "import_url": self._import_url("import"),
            "confirm_url": self._import_url("import_confirm"),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, PAGE, context)

    def _import_url(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")


def _told(preview: Preview) -> str:
    told = {"new": preview.new, "changed": preview.changed, "unchanged": preview.unchanged}
    return _("Imported: new %(new)d, changed %(changed)d, as before %(unchanged)d.") % told
