"""The visitor's rating."""

from django.db import transaction
from django.utils.translation import gettext as _

from messenger.exceptions import AlreadyRated, Invalid, SessionInvalid
from messenger.lib import clock
from messenger.models import Conversation, Inbox
from messenger.services.change import change

COMMENT_LENGTH = 2_000


@transaction.atomic
def rate(*, conversation_id: int, score: int, comment: str) -> None:
    """Stores the rating once, after the conversation was resolved or closed; raises Invalid or AlreadyRated."""
    conversation = (
        Conversation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("inbox")
        .filter(pk=conversation_id)
        .first()
    )
    if conversation is None:
        raise SessionInvalid
    if conversation.rated_at is not None:
        raise AlreadyRated
    _check(conversation, score, comment)
    change(
        conversation,
        kind="rated",
        actor=None,
        data={"score": score},
        rating_score=score,
        rating_type=conversation.inbox.rating_type,
        rating_comment=comment.strip(),
        rated_at=clock.now(),
    )


def _check(conversation: Conversation, score: int, comment: str) -> None:
    if not conversation.inbox.rating_enabled or conversation.is_unfinished:
        raise Invalid({"score": [_("The conversation can't be rated now.")]})
    nps = conversation.inbox.rating_type == Inbox.RatingType.NPS
    lowest, highest = (0, 10) if nps else (1, 5)
    if not lowest <= score <= highest:
        raise Invalid(
            {"score": [_("The score goes from %(low)d to %(high)d.") % {"low": lowest, "high": highest}]}
        )
    if len(comment) > COMMENT_LENGTH:
        raise Invalid({"comment": [_("At most %(limit)d characters.") % {"limit": COMMENT_LENGTH}]})
    if "\0" in comment:
        raise Invalid({"comment": [_("The text has characters that can't be stored.")]})
