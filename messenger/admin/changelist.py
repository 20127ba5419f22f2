"""The conversation list's page: by key, so that row 900,000 is as near as row 1."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.http import urlencode

from messenger.admin.base import user_of
from messenger.admin.boxes import Box, chosen_box
from messenger.admin.filters import KNOWN, Chip, address, filters_of
from messenger.admin.rows import Row, rows_of
from messenger.lib.time_limit import TookTooLong, within
from messenger.models import Conversation
from messenger.models.conversation import ConversationQuerySet
from messenger.services.newest import EPOCH, ORDER, Key, newest
from messenger.services.search import Found, search

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

BEFORE_PARAMETER = "before"
# Whatever is looked for: past this the operator is told to look for less.
LONGEST_MS = 5000


class ConversationChangeList(ChangeList):
    """Limits first and joins after: the rows' contacts, inboxes and messages are asked for one page only."""

    rows: list[Row]
    older: Key | None = None
    found: Found | None = None
    is_too_slow = False

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.box = chosen_box(request)
        self.filters = filters_of(request)
        self.before = request.GET.get(BEFORE_PARAMETER, "")
        super().__init__(request, *args, **kwargs)
        # Who looks for something else begins with the newest.
        self.filter_params.pop(BEFORE_PARAMETER, None)

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        for name in (*KNOWN, BEFORE_PARAMETER):
            found.pop(name, None)
        return found

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str | Combinable]:
        """The order is the key's; `o` in the address changes nothing."""
        return list(ORDER)

    def get_results(self, request: HttpRequest) -> None:
        size = self.list_per_page
        keys = self._keys(request, size)
        self.older = Key(keys[size - 1][0] or EPOCH, keys[size - 1][1]) if len(keys) > size else None
        page = Conversation.objects.filter(pk__in=[pk for _at, pk in keys[:size]]).order_by(*ORDER)
        self.rows = rows_of(page, user_of(request), self.found)
        self.result_list = [row.conversation for row in self.rows]
        self.result_count = self.full_result_count = len(self.rows)
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = self.multi_page = False
        self.paginator = Paginator(self.rows, size)

    def _keys(self, request: HttpRequest, size: int) -> list[tuple[Any, int]]:
        """The page's keys and the next one's. What is looked for may not keep the database busy for ever."""
        wanted = self._wanted(request)
        if not self.query and not self.filters:
            return newest(wanted, size + 1)
        try:
            with within(LONGEST_MS):
                if self.query:
                    self.found = search(self.query, self._in_sight(request))
                    wanted = self._below(self.found.parts_of(self._in_sight(request)))
                return newest(wanted, size + 1)
        except TookTooLong:
            self.is_too_slow = True
            return []

    def _in_sight(self, request: HttpRequest) -> list[ConversationQuerySet]:
        """What the user sees of the box and the filters, in parts that overlap."""
        user = user_of(request)
        parts = Conversation.objects.all().visible_parts(user)
        return [self.filters.of(self.box.of(part.started(), user)) for part in parts]

    def _wanted(self, request: HttpRequest) -> list[ConversationQuerySet]:
        return self._below(self._in_sight(request))

    def _below(self, parts: list[ConversationQuerySet]) -> list[ConversationQuerySet]:
        if not self.before:
            return parts
        try:
            below = Key.parse(self.before).below()
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error
        return [part.filter(below) for part in parts]

    @property
    def older_url(self) -> str | None:
        return self._url(str(self.older)) if self.older else None

    @property
    def newest_url(self) -> str | None:
        return self._url("") if self.before else None

    def _url(self, before: str) -> str:
        url = address(self.box, self.query, self.filters.query)
        return f"{url}&{urlencode({BEFORE_PARAMETER: before})}" if before else url

    @property
    def chips(self) -> list[Chip]:
        return self.filters.chips(self.box, self.query)

    @property
    def box_url(self) -> str:
        """The box without anything looked for."""
        return address(self.box, "", {})

    @property
    def unsearched_url(self) -> str:
        return address(self.box, "", self.filters.query)

    @property
    def unfiltered_url(self) -> str:
        return address(self.box, self.query, {})

    @property
    def everywhere_url(self) -> str:
        return address(Box.ALL, self.query, self.filters.query)

    @property
    def own_query(self) -> str:
        """Of this page's address what a saved filter keeps."""
        return address(self.box, self.query, self.filters.query).removeprefix("?")
