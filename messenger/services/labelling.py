"""Puts labels on conversations and takes them off: row, event and announcement in one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Invalid
from messenger.models import Conversation, ConversationEvent, ConversationLabel, Label
from messenger.services.change import change
from messenger.services.status import locked_for

Kind = ConversationEvent.Kind


@transaction.atomic
def add_label(*, conversation_id: int, label_id: int, actor: User) -> Conversation:
    """Twice is once. Raises NotFound, or Invalid for a label of another branch than the conversation's."""
    conversation = locked_for(conversation_id, actor)
    label = Label.objects.of_branch(conversation.branch_id).filter(pk=label_id).first()
    if label is None:
        raise Invalid({"label": [_("There is no such label in the conversation's branch.")]})
    _link, is_new = ConversationLabel.objects.get_or_create(
        conversation=conversation, label=label, defaults={"added_by": actor}
    )
    if is_new:
        change(conversation, kind=Kind.LABELLED, actor=actor, data=_told(label))
    return conversation


@transaction.atomic
def remove_label(*, conversation_id: int, label_id: int, actor: User) -> Conversation:
    """Of any branch: a conversation that was transferred may carry one of the branch that it left."""
    conversation = locked_for(conversation_id, actor)
    link = conversation.label_links.select_related("label").filter(label=label_id).first()
    if link is not None:
        link.delete()
        change(conversation, kind=Kind.UNLABELLED, actor=actor, data=_told(link.label))
    return conversation


def _told(label: Label) -> dict[str, object]:
    """For the timeline: name and color as they are now, whatever becomes of the label."""
    return {"label": label.pk, "name": label.name, "color": label.color}
