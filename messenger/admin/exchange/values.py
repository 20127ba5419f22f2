"""How the cells of a file are read."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from crm.models import Branch, User

# In both languages of ours, and as programs write it.
YES = {"yes", "true", "1", "да", "истина", "+"}
NO = {"no", "false", "0", "нет", "ложь", "-"}


class NameWidget(Widget):  # type: ignore[misc]
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return " ".join(str(value).split())


class ShortcutWidget(Widget):  # type: ignore[misc]
    """With the stroke or without it, as operators write it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return str(value).strip().removeprefix("/").lower()


class ColorWidget(Widget):  # type: ignore[misc]
    """Empty means the usual one."""

    def __init__(self, default: str) -> None:
        super().__init__()
        self.default = default

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return str(value).strip().lower() or self.default


class ActiveWidget(Widget):  # type: ignore[misc]
    """Empty means yes."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = str(value).strip().lower()
        if word in YES or not word:
            return True
        if word in NO:
            return False
        raise ValueError(_("Write yes or no."))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return _("yes") if value else _("no")


class BranchWidget(Widget):  # type: ignore[misc]
    """By name, in any case; empty means all branches. Whoever is no administrator writes for their own alone."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user
        branches = Branch.objects.all()
        if not user.is_messenger_administrator:
            branches = branches.filter(pk=user.branch_id or 0)
        found = list(branches)
        # Two may differ in their case alone: then the name as it is written decides.
        self.branches: Mapping[str, Branch] = {
            **{branch.name.casefold(): branch for branch in found},
            **{branch.name: branch for branch in found},
        }

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Branch | None:
        name = " ".join(str(value).split())
        if not name:
            if self.user.is_messenger_administrator:
                return None
            raise ValueError(_("Name your branch: what holds for all branches is the administrators'."))
        branch = self.branches.get(name) or self.branches.get(name.casefold())
        if branch is None:
            raise ValueError(_("There is no branch “%(name)s”.") % {"name": name[:80]})
        return branch

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or _("all"))
