"""Labels, what carries them, and answers at hand."""

from random import Random

from crm.demo_data.texts import texts
from messenger.models import CannedResponse, Conversation, ConversationLabel, Label

# Of so many conversations one carries a label.
ONE_OF = 4


def make_canned_responses() -> None:
    rows = [CannedResponse(**one) for one in texts("canned_responses")]
    CannedResponse.objects.bulk_create(rows, ignore_conflicts=True)


def make_labels(rng: Random) -> None:
    """For all branches; some of the conversations carry one."""
    labels = [Label.objects.get_or_create(branch=None, **one)[0] for one in texts("labels")]
    marked = Conversation.objects.started().filter(assignee__isnull=False).order_by("pk")
    ConversationLabel.objects.bulk_create(
        ConversationLabel(conversation_id=pk, label=rng.choice(labels), added_by_id=operator)
        for pk, operator in marked.values_list("pk", "assignee")
        if rng.randrange(ONE_OF) == 0
    )
