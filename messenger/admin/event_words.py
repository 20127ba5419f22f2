"""What happened to a conversation, as a sentence of its timeline."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from messenger.models import ConversationEvent

Sentence = Callable[[ConversationEvent, str], str]
Kind = ConversationEvent.Kind


def event_sentence(event: ConversationEvent) -> str:
    """Falls back to the kind's name for kinds that have no sentence of their own."""
    who = event.actor.display_name if event.actor else ""
    sentence = SENTENCES.get(event.kind)
    return sentence(event, who) if sentence else event.get_kind_display()


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
