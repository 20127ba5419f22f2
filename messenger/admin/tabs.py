"""unfold's TABS: the boxes of the conversation list, and the worker's pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from messenger.admin.boxes import Box, chosen_box, counts
from messenger.admin.filters import SEARCH_PARAMETER, address, filters_of

LIST = "messenger_conversation_changelist"
QUEUE = (
    ("schedule", _("Timetable")),
    ("success", _("Succeeded")),
    ("failure", _("Failed")),
    ("ormq", _("In the queue")),
)


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Nothing on other pages: unfold asks on each of them."""
    page = (request.resolver_match.url_name if request.resolver_match else None) or ""
    if page == LIST:
        return [{"models": ["messenger.conversation"], "items": [_tab(request, box) for box in Box]}]
    if page.startswith("django_q_"):
        items = [_queue_tab(page, model, title) for model, title in QUEUE]
        return [{"models": [f"django_q.{model}" for model, _label in QUEUE], "items": items}]
    return []


def _queue_tab(page: str, model: str, title: Any) -> dict[str, Any]:
    return {
        "title": title,
        "link": reverse(f"admin:django_q_{model}_changelist"),
        "permission": lambda request: request.user.has_perm(f"django_q.view_{model}"),
        "active": page == f"django_q_{model}_changelist",
    }


def _tab(request: HttpRequest, box: Box) -> dict[str, Any]:
    search = request.GET.get(SEARCH_PARAMETER, "")
    return {
        "title": _box_title(request, box),
        "link": reverse(f"admin:{LIST}") + address(box, search, filters_of(request).query),
        "active": box is chosen_box(request),
    }


def _box_title(request: HttpRequest, box: Box) -> SafeString:
    return format_html(
        '{}<span class="msgr-tab-count" data-msgr-count="{}">{}</span>',
        box.label,
        box.value,
        getattr(counts(request), box, ""),
    )
