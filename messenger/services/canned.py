"""Canned responses: what their texts may hold, how they are filled, and which are found by what is typed."""

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import User
from messenger.exceptions import Invalid
from messenger.lib import placeholders
from messenger.models import CannedResponse, Conversation

SHOWN = 20

# What may stand in a text, each with what it is.
VARIABLES: dict[str, Promise] = {
    "contact.name": gettext_lazy("client's name"),
    "contact.email": gettext_lazy("client's email"),
    "contact.phone": gettext_lazy("client's phone"),
    "operator.name": gettext_lazy("your name, as visitors see it"),
    "inbox.name": gettext_lazy("inbox"),
    "branch.name": gettext_lazy("branch"),
    "conversation.id": gettext_lazy("number of the conversation"),
}


def check(text: str) -> None:
    """Raises Invalid, with sentences for the field `text`, where something in it could never be filled."""
    unknown, pieces = placeholders.problems(text, VARIABLES)
    sentences = []
    if unknown:
        names = ", ".join(f"{{{{ {name} }}}}" for name in unknown)
        sentence = ngettext("%(names)s is not known.", "%(names)s are not known.", len(unknown))
        sentences.append(sentence % {"names": names})
    if pieces:
        sentence = _("This can't be read: %(pieces)s. Variables look like {{ contact.name }}.")
        sentences.append(sentence % {"pieces": ", ".join(pieces)})
    if sentences:
        raise Invalid({"text": sentences})


def fill(text: str, *, conversation: Conversation, operator: User) -> str:
    """The text as it would be sent in this conversation by this operator."""
    return placeholders.fill(text, values_of(conversation, operator))


def values_of(conversation: Conversation, operator: User) -> dict[str, str]:
    contact = conversation.contact
    return {
        "contact.name": contact.name,
        "contact.email": contact.email,
        "contact.phone": contact.phone,
        "operator.name": public_name(operator),
        "inbox.name": conversation.inbox.name,
        "branch.name": conversation.branch.name,
        "conversation.id": str(conversation.pk),
    }


def public_name(operator: User) -> str:
    """As visitors see it; a log-in name is none of theirs."""
    profile = getattr(operator, "agent_profile", None)
    return (profile.display_name if profile else "") or operator.first_name


def found_by(query: str, *, branch_id: int) -> list[CannedResponse]:
    """Active ones for the branch that have what was typed in shortcut or text; best matches first."""
    rank = Case(
        When(shortcut__istartswith=query, then=Value(0)),
        When(shortcut__icontains=query, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    responses = CannedResponse.objects.of_branch(branch_id).filter(is_active=True)
    matching = responses.filter(Q(shortcut__icontains=query) | Q(text__icontains=query))
    return list(matching.order_by(rank, "shortcut", "pk")[:SHOWN])
