"""Colleagues who are named in notes: `@username`, as it stands in the text.

The text alone tells who is meant, so a draft, a repeat and a form without scripts name the same people. An unknown
name is plain text: not every @ is a mention.
"""

import re

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Invalid
from messenger.lib import clock
from messenger.models import Conversation, Mention

# As Django's usernames; not in the middle of a word, where it is an email address.
MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")
TRAILING = ".@+-"
AT_ONCE = 20
PERMISSION = "messenger.view_conversation"


def mentioned_in(text: str, *, conversation: Conversation, author: User) -> list[User]:
    """Whom the text names, without its author.

    Raises Invalid where somebody of them may not see the conversation, or where they are too many.
    """
    found = User.objects.filter(username__in=_candidates(text)).exclude(pk=author.pk).order_by("pk")
    users = list(found[: AT_ONCE + 1])
    if len(users) > AT_ONCE:
        raise Invalid({"body": [_("At most %(limit)d colleagues in one note.") % {"limit": AT_ONCE}]})
    for user in users:
        if not _sees(user, conversation):
            sentence = _("%(name)s can't see this conversation. Take the @ away or transfer it first.")
            raise Invalid({"body": [sentence % {"name": user.display_name}]})
    return users


def colleagues(conversation: Conversation, *, without: User) -> QuerySet[User]:
    """Those who may see the conversation."""
    seeing = Q(is_superuser=True) | Q(role=User.Role.ADMINISTRATOR) | Q(branch=conversation.branch_id)
    if conversation.assignee_id is not None:
        seeing |= Q(pk=conversation.assignee_id)
    return User.objects.filter(seeing, is_active=True).exclude(pk=without.pk)


def mark_seen(*, conversation_id: int, user: User) -> int:
    """The notes that name the user are before their eyes; how many that were new."""
    unseen = Mention.objects.unseen_by(user).filter(message__conversation=conversation_id)
    return unseen.update(seen_at=clock.now())


def _candidates(text: str) -> set[str]:
    """Names as they stand, and without the full stop of the sentence."""
    names = MENTION.findall(text)
    return {*names, *(name.rstrip(TRAILING) for name in names)} - {""}


def _sees(user: User, conversation: Conversation) -> bool:
    visible = Conversation.objects.visible_to(user).filter(pk=conversation.pk)
    return user.is_active and user.has_perm(PERMISSION) and visible.exists()
