"""unfold's TABS: the boxes of the conversation list."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messenger.admin.boxes import BOX_PARAMETER, Box, chosen_box, counts

LIST = "messenger_conversation_changelist"


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Nothing on other pages: unfold asks on each of them."""
    if request.resolver_match is None or request.resolver_match.url_name != LIST:
        return []
    return [{"models": ["messenger.conversation"], "items": [_tab(request, box) for box in Box]}]


def _tab(request: HttpRequest, box: Box) -> dict[str, Any]:
    query = {BOX_PARAMETER: box.value}
    if search := request.GET.get("q"):
        query["q"] = search
    return {
        "title": _title(request, box),
        "link": reverse(f"admin:{LIST}", query=query),
        "active": box is chosen_box(request),
    }


def _title(request: HttpRequest, box: Box) -> SafeString:
    return format_html(
        '{}<span class="msgr-tab-count" data-msgr-count="{}">{}</span>',
        box.label,
        box.value,
        getattr(counts(request), box, ""),
    )
