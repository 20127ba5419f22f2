"""What happened to a conversation, as a sentence of its timeline."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from crm.models import User
from messenger.models import Conversation, ConversationEvent

Sentence = Callable[[ConversationEvent, str], str]
Kind = ConversationEvent.Kind
CHANGES = (Kind.ASSIGNED, Kind.RESOLVED, Kind.CLOSED, Kind.REOPENED)


def event_sentence(event: ConversationEvent) -> str:
    """Falls back to the kind's name for kinds that have no sentence of their own."""
    who = event.actor.display_name if event.actor else ""
    sentence = SENTENCES.get(event.kind)
    return sentence(event, who) if sentence else event.get_kind_display()


def change_by_another(conversation: Conversation, user: User) -> str:
    """Who brought the conversation to its state, as a sentence; empty where it was the user.

    Of two who press a button at once the second changes nothing: this is what to tell them.
    """
    last = conversation.events.filter(kind__in=CHANGES).select_related("actor").order_by("-pk").first()
    return event_sentence(last) if last and last.actor_id != user.pk else ""


def _started(event: ConversationEvent, who: str) -> str:
    if event.data.get("after"):
        return _("The client wrote again after conversation #%(id)s was closed") % {"id": event.data["after"]}
    return _("The client started the conversation")


def _assigned(event: ConversationEvent, who: str) -> str:
    if event.data.get("to") in {None, event.actor_id}:
        return _("%(who)s took the conversation") % {"who": who}
    to = event.data.get("to_name", "")
    if not who:
        return _("The conversation was given to %(to)s") % {"to": to}
    return _("%(who)s gave the conversation to %(to)s") % {"who": who, "to": to}


def _resolved(event: ConversationEvent, who: str) -> str:
    return (
        _("%(who)s resolved the conversation") % {"who": who} if who else _("The conversation was resolved")
    )


def _closed(event: ConversationEvent, who: str) -> str:
    return _("%(who)s closed the conversation") % {"who": who} if who else _("The conversation was closed")


def _reopened(event: ConversationEvent, who: str) -> str:
    return (
        _("%(who)s reopened the conversation") % {"who": who}
        if who
        else _("The client wrote again: reopened")
    )


def _rated(event: ConversationEvent, who: str) -> str:
    score = event.data.get("score")
    return (
        _("The client rated the conversation: %(score)s") % {"score": score}
        if score is not None
        else _("Rated")
    )


SENTENCES: dict[str, Sentence] = {
    Kind.STARTED: _started,
    Kind.ASSIGNED: _assigned,
    Kind.RESOLVED: _resolved,
    Kind.CLOSED: _closed,
    Kind.REOPENED: _reopened,
    Kind.RATED: _rated,
}
