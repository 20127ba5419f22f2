"""A mail, made of the rows as they are at the moment of sending.

Nothing that the visitor wrote stands in it, nor their name: anybody can give anybody's address, and would have us send
their words there.
"""

from collections.abc import Iterable
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.models import User
from messenger.lib.formatting import format_message
from messenger.models import Conversation, Inbox, Message, VisitorMail
from messenger.services.visitor_mail import links
from messenger.services.visitor_mail.envelope import Letter
from messenger.services.visitor_mail.language import language_of
from messenger.services.visitor_mail.restraint import has_had_enough
from messenger.services.visitor_mail.unsubscribing import wants_no_mail

# What goes beyond is counted; the chat has it.
SHOWN = 30


def letter_of(mail: VisitorMail) -> Letter | None:
    """None where nobody needs it any more: everything was seen, or they or the shop want no mail."""
    conversation = Conversation.objects.select_related("inbox", "contact").get(pk=mail.conversation_id)
    answers = list(missed_answers(mail)) if is_wanted(conversation) else []
    if not answers:
        return None
    language = language_of(conversation.contact, conversation)
    with translation.override(language):
        return _compose(mail, conversation, answers, language)


def is_wanted(conversation: Conversation) -> bool:
    inbox, contact = conversation.inbox, conversation.contact
    if not (inbox.mail_enabled and inbox.is_active and contact.email):
        return False
    if contact.is_blocked or contact.anonymized_at is not None:
        return False
    return not wants_no_mail(contact) and not has_had_enough(contact.email)


def missed_answers(mail: VisitorMail) -> Iterable[Message]:
    """What people wrote to the visitor and nobody saw until now, in order."""
    answers = Message.objects.filter(
        conversation=mail.conversation_id,
        pk__range=(mail.from_message_id, mail.up_to_message_id),
        direction=Message.Direction.OUT,
        is_automatic=False,
        read_at=None,
    )
    return answers.select_related("sender_user__agent_profile").prefetch_related("attachments").order_by("pk")


def one_line(text: str) -> str:
    """Fit for a header: no line ends there, and nothing that can't be seen is in it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _compose(mail: VisitorMail, conversation: Conversation, answers: list[Message], language: str) -> Letter:
    inbox, contact = conversation.inbox, conversation.contact
    no_more = links.no_more_url(contact)
    title = one_line(inbox.title or inbox.name)
    context = {
        "language": language,
        "title": title,
        "zone": inbox.zone(),
        "count": len(answers),
        "answers": [_shape(answer) for answer in answers[:SHOWN]],
        "more": max(0, len(answers) - SHOWN),
        # Where the site has to vouch for its visitors, no link of ours stands in for that.
        "back_url": "" if inbox.identity_required else links.back_url(contact),
        "back_days": links.BACK_DAYS,
        "no_more_url": no_more,
    }
    letter = Letter(
        subject=_("%(title)s: you have an answer") % {"title": title},
        body=render_to_string("messenger/mail/answers.txt", context),
        from_email=_sender(inbox),
        to=[contact.email],
        headers=_headers(mail, no_more),
    )
    letter.attach_alternative(render_to_string("messenger/mail/answers.html", context), "text/html")
    return letter


def _headers(mail: VisitorMail, no_more: str) -> dict[str, str]:
    host = urlsplit(links.public_url()).hostname or "localhost"
    return {
        "Message-ID": f"<{mail.public_id.hex}@{host}>",
        "List-Unsubscribe": f"<{no_more}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _sender(inbox: Inbox) -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = one_line(inbox.mail_sender) or one_line(inbox.title or inbox.name)
    return str(Address(display_name=name, addr_spec=address))


def _shape(answer: Message) -> dict[str, Any]:
    text = answer.body.replace("\r\n", "\n").replace("\r", "\n").strip()
    html: SafeString = format_message(text)
    return {
        "name": _name_of(answer.sender_user),
        "at": answer.created_at,
        "text": text,
        "html": html,
        "files": [one_line(file.original_name) for file in answer.attachments.all()],
    }


def _name_of(user: User | None) -> str:
    """As the widget shows them: the name that they chose for visitors, or the first one."""
    profile = getattr(user, "agent_profile", None)
    shown = (profile.display_name if profile else "") or (user.first_name if user else "")
    return one_line(shown) or _("Operator")
