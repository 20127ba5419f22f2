"""The conversation list's page: by key, so that row 900,000 is as near as row 1."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from messenger.admin.base import user_of
from messenger.admin.boxes import BOX_PARAMETER, chosen_box
from messenger.admin.rows import Row, rows_of
from messenger.models import Conversation
from messenger.models.conversation import ConversationQuerySet

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

BEFORE_PARAMETER = "before"
ORDER = ("-last_message_at", "-id")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Key(NamedTuple):
    """Where a row stands in the list's order; written as `microseconds-id`."""

    at: datetime
    id: int

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        return cls(conversation.last_message_at or EPOCH, conversation.pk)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError or OverflowError where the text isn't one of ours."""
        microseconds, _, pk = text.partition("-")
        return cls(EPOCH + int(microseconds) * MICROSECOND, int(pk))

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.id}"

    def below(self) -> Q:
        """The rows after this one; the first condition is what the index is entered by."""
        return Q(last_message_at__lte=self.at) & (Q(last_message_at__lt=self.at) | Q(id__lt=self.id))


class ConversationChangeList(ChangeList):
    """Limits first and joins after: the rows' contacts, inboxes and messages are asked for one page only."""

    rows: list[Row]
    older: Key | None

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.box = chosen_box(request)
        self.before = request.GET.get(BEFORE_PARAMETER, "")
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        for name in (BOX_PARAMETER, BEFORE_PARAMETER):
            found.pop(name, None)
        return found

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str | Combinable]:
        """The order is the key's; `o` in the address changes nothing."""
        return list(ORDER)

    def get_results(self, request: HttpRequest) -> None:
        size = self.list_per_page
        keys = list(self._wanted(request).values_list("last_message_at", "id")[: size + 1])
        self.older = Key(keys[size - 1][0] or EPOCH, keys[size - 1][1]) if len(keys) > size else None
        page = Conversation.objects.filter(pk__in=[pk for _at, pk in keys[:size]]).order_by(*ORDER)
        self.rows = rows_of(page, user_of(request))
        self.result_list = [row.conversation for row in self.rows]
        self.result_count = self.full_result_count = len(self.rows)
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = self.multi_page = False
        self.paginator = Paginator(self.rows, size)

    def _wanted(self, request: HttpRequest) -> ConversationQuerySet:
        started: ConversationQuerySet = self.queryset.started()
        wanted = self.box.of(started, user_of(request)).order_by(*ORDER)
        try:
            return wanted.filter(Key.parse(self.before).below()) if self.before else wanted
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error

    @property
    def older_url(self) -> str | None:
        return self.get_query_string({BEFORE_PARAMETER: str(self.older)}) if self.older else None

    @property
    def newest_url(self) -> str | None:
        return self.get_query_string(remove=[BEFORE_PARAMETER]) if self.before else None
