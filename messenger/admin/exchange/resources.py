"""Rows of a file → labels and canned responses: found again by their key, changed only where they differ."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource

from crm.models import User
from messenger.admin.exchange.changes import Changes
from messenger.admin.exchange.values import (
    ActiveWidget,
    BranchWidget,
    ColorWidget,
    NameWidget,
    ShortcutWidget,
)
from messenger.exceptions import Invalid
from messenger.models import CannedResponse, Label
from messenger.services import canned

type Row = Mapping[str, str]
type Key = tuple[str, int | None]


class KeptResource(ModelResource):  # type: ignore[misc]
    """What is kept for a branch or for all. `user` can bring in only what they could write by hand."""

    key_field: ClassVar[str]

    class Meta:
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_row_values = True

    def __init__(self, user: User, numbers: list[int]) -> None:
        """`numbers` are those of the rows in the file."""
        super().__init__()
        self.fields["branch"].widget = BranchWidget(user)
        visible = self._meta.model.objects.visible_to(user).select_related("branch")
        self._there = {self._key_of(getattr(one, self.key_field), one.branch_id): one for one in visible}
        self._numbers = numbers
        self._met: dict[Key, int] = {}

    @classmethod
    def get_diff_class(cls) -> type[Changes]:
        return Changes

    def _key_of(self, name: str, branch_id: int | None) -> Key:
        return name.lower(), branch_id

    def _key(self, row: Row) -> Key | None:
        """None where the row's branch is none: importing the field says so."""
        try:
            branch = self.fields["branch"].widget.clean(row.get("branch", ""))
        except ValueError:
            return None
        return self._key_of(self.fields[self.key_field].clean(row), branch and branch.pk)

    def before_import_row(self, row: Row, **kwargs: Any) -> None:
        """A row that comes twice would undo itself."""
        key, number = self._key(row), self._numbers[kwargs["row_number"] - 1]
        if key is None:
            return
        first = self._met.setdefault(key, number)
        if first != number:
            raise ValidationError({self.key_field: _("The same as in row %(number)d.") % {"number": first}})

    def get_instance(self, instance_loader: Any, row: Row) -> Any:
        key = self._key(row)
        return self._there.get(key) if key else None

    def import_instance(self, instance: Any, row: Row, **kwargs: Any) -> None:
        """A file without a column for the branch is for all of them, or the user's own."""
        super().import_instance(instance, {"branch": "", **row}, **kwargs)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Without a query: branch and key were looked up for all rows at once, and the database holds the rest."""
        errors = dict(import_validation_errors or {})
        try:
            instance.full_clean({"branch", *errors}, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field, sentences in self.problems(instance).items():
            errors.setdefault(field, sentences)
        if errors:
            raise ValidationError(errors)

    def problems(self, instance: Any) -> dict[str, list[str]]:
        """What the admin's form says beyond the model."""
        return {}

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError as error:
            raise ValidationError(_("Somebody has just made the same one.")) from error

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Not import_export's: it sets the sequence back below what others are writing just now."""


class LabelResource(KeptResource):
    key_field = "name"

    name = Field("name", "name", NameWidget())
    color = Field("color", "color", ColorWidget(Label().color))
    branch = Field("branch", "branch")

    class Meta(KeptResource.Meta):
        model = Label
        fields = ("name", "color", "branch")
        import_id_fields = ("name",)


class CannedResponseResource(KeptResource):
    key_field = "shortcut"

    shortcut = Field("shortcut", "shortcut", ShortcutWidget())
    text = Field("text", "text")
    branch = Field("branch", "branch")
    is_active = Field("is_active", "is_active", ActiveWidget())

    class Meta(KeptResource.Meta):
        model = CannedResponse
        fields = ("shortcut", "text", "branch", "is_active")
        import_id_fields = ("shortcut",)

    def problems(self, instance: CannedResponse) -> dict[str, list[str]]:
        try:
            canned.check(instance.text)
        except Invalid as error:
            return error.fields
        return {}
