"""Lists of tables that grow for years: counted up to a point, and paged up to there.

To count a log of a million takes longer than to show a page of it, and the last page, behind an OFFSET of all the
others, as long again. What stands further down is found by search and filters.
"""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from crm.admin_base import ModelAdmin as Base

    Pages = Paginator[Any]
else:
    Pages = Paginator

    class Base:
        def __class_getitem__(cls, model: Any) -> type:
            return cls


MOST_COUNTED = 10_000


class BoundedPaginator(Pages):
    """`count` is MOST_COUNTED at most; `has_more` says whether there are more."""

    template_name = "crm/bounded_pages.html"

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        return self._counted > MOST_COUNTED

    def page(self, number: Any) -> Any:
        """Keys first: what stands beside a row is fetched for the page alone, and not for all that is gone past."""
        number = self.validate_number(number)
        rows: Any = self.object_list
        above = (number - 1) * self.per_page
        keys = list(rows.values_list("pk", flat=True)[above : above + self.per_page])
        pages: Any = self
        return pages._get_page(rows.filter(pk__in=keys), number, self)  # noqa: SLF001

    @cached_property
    def _counted(self) -> int:
        """Of keys alone: what is computed beside a row is not computed to be counted."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())


class LargeList[M: models.Model](Base[M]):
    """Stands before the admin's own class."""

    paginator = BoundedPaginator
    show_full_result_count = False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The heading compares both numbers, and tells them where they differ: below the list stands what is known."""
        changes: Any = super().get_changelist_instance(request)
        changes.full_result_count = changes.result_count
        return changes
