"""Blocks contacts and lets them in again, from their page and from a conversation's."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from messenger.admin import dialogs
from messenger.admin.base import user_of
from messenger.exceptions import MessengerError
from messenger.models import Contact, Conversation
from messenger.services import blocking

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

FORM = "admin/messenger/contact/block_form.html"
PERMISSION = "messenger.change_contact"


def block_view(
    admin: "MessengerAdmin[Any]",
    request: HttpRequest,
    contact: Contact,
    *,
    conversation: Conversation | None = None,
) -> HttpResponse:
    """Asks why, and blocks. The caller has looked whether the user sees the contact."""
    check(request)
    context: dict[str, Any] = {
        "title": _("Block"),
        "contact": contact,
        "back": back_to(contact, conversation),
        "reason": request.POST.get("reason", ""),
        "closes": request.method != "POST" or "closes" in request.POST,
    }
    if request.method != "POST":
        return dialogs.ask(admin, request, FORM, context)
    try:
        is_new = blocking.block(
            contact_id=contact.pk,
            actor=user_of(request),
            # A browser sends two characters for each end of a line, and people count one.
            reason=context["reason"].replace("\r\n", "\n"),
            conversation_id=conversation.pk if conversation else None,
            closes="closes" in request.POST,
        )
    except MessengerError as error:
        return dialogs.ask(admin, request, FORM, context, error)
    told = _("The client is blocked.") if is_new else _("The client was blocked already.")
    return dialogs.done(request, told, context["back"], stays=conversation is not None)


def unblocked(request: HttpRequest, contact: Contact, conversation: Conversation | None = None) -> str:
    """Lets them in again: the sentence about it."""
    check(request)
    was_blocked = blocking.unblock(
        contact_id=contact.pk,
        actor=user_of(request),
        conversation_id=conversation.pk if conversation else None,
    )
    return _("The client can write again.") if was_blocked else _("The client wasn't blocked any more.")


def check(request: HttpRequest) -> None:
    """The page was made for somebody who may; and for whoever is logged in now."""
    user = user_of(request)
    if not user.has_perm(PERMISSION) or request.POST.get("as", str(user.pk)) != str(user.pk):
        raise PermissionDenied


def back_to(contact: Contact, conversation: Conversation | None) -> str:
    if conversation is not None:
        return reverse("admin:messenger_conversation_change", args=[conversation.pk])
    return reverse("admin:messenger_contact_change", args=[contact.pk])


def redirect_to(contact: Contact) -> HttpResponseRedirect:
    return HttpResponseRedirect(back_to(contact, None))
