"""What happened to a conversation, as a sentence of its timeline."""

from collections.abc import Callable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.models import User
from messenger.models import Conversation, ConversationEvent

Sentence = Callable[[ConversationEvent, str], str]
Kind = ConversationEvent.Kind
CHANGES = (
    Kind.ASSIGNED,
    Kind.UNASSIGNED,
    Kind.ESCALATED,
    Kind.TRANSFERRED,
    Kind.RESOLVED,
    Kind.CLOSED,
    Kind.REOPENED,
)


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
    to, before = event.data.get("to_name", ""), event.data.get("from_name")
    if event.data.get("to") in {None, event.actor_id}:
        if before:
            return _("%(who)s took the conversation over from %(from)s") % {"who": who, "from": before}
        return _("%(who)s took the conversation") % {"who": who}
    if who and before and event.data.get("from") != event.actor_id:
        names = {"who": who, "from": before, "to": to}
        return _("%(who)s gave the conversation of %(from)s to %(to)s") % names
    if who:
        return _("%(who)s gave the conversation to %(to)s") % {"who": who, "to": to}
    if before:
        names = {"from": before, "to": to}
        return _("The conversation went from %(from)s to %(to)s because %(from)s is away") % names
    return _("The conversation was given to %(to)s") % {"to": to}


def _unassigned(event: ConversationEvent, who: str) -> str:
    if event.data.get("outside_hours"):
        return _("It is outside of working hours: the conversation waits until they begin")
    names = {"who": who, "from": event.data.get("from_name", "")}
    if who and event.data.get("from") == event.actor_id:
        return _("%(who)s gave the conversation back to the queue") % names
    if who:
        return _("%(who)s gave the conversation of %(from)s back to the queue") % names
    return _("%(from)s is away: the conversation waits for anybody") % names


def _escalated(event: ConversationEvent, who: str) -> str:
    names = {"from": event.data.get("from_name", ""), "to": event.data.get("to_name", "")}
    return _("%(from)s didn't open the conversation in time: given to %(to)s") % names


def _escalation_failed(event: ConversationEvent, who: str) -> str:
    return _("Nobody else of the branch could take the conversation; the administrators were told")


def _transferred(event: ConversationEvent, who: str) -> str:
    sentence, reason = _way(event, who), event.data.get("reason")
    if not reason:
        return sentence
    return _("%(sentence)s: “%(reason)s”") % {"sentence": sentence, "reason": reason}


def _way(event: ConversationEvent, who: str) -> str:
    """From where to where: within a branch only the operators matter."""
    data = event.data
    within = data.get("from_branch") == data.get("to_branch")
    names = {
        "who": who,
        "from": data.get("from_branch_name", ""),
        "branch": data.get("to_branch_name", ""),
        "to": data.get("to_name", ""),
    }
    if within and data.get("to"):
        return _("%(who)s gave the conversation to %(to)s") % names
    if within:
        return _("%(who)s left the conversation to whoever is free first in %(branch)s") % names
    if data.get("to"):
        return _("%(who)s moved the conversation from %(from)s to %(branch)s, to %(to)s") % names
    return _("%(who)s moved the conversation from %(from)s to %(branch)s, to whoever is free first") % names


def _resolved(event: ConversationEvent, who: str) -> str:
    return (
        _("%(who)s resolved the conversation") % {"who": who} if who else _("The conversation was resolved")
    )


def _closed(event: ConversationEvent, who: str) -> str:
    if days := event.data.get("quiet_days"):
        sentence = ngettext(
            "Closed by itself after %(n)d day without a message",
            "Closed by itself after %(n)d days without a message",
            days,
        )
        return sentence % {"n": days}
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


def _details_given(event: ConversationEvent, who: str) -> str:
    given = _details(event)
    return _("The client gave their %(details)s") % {"details": given} if given else event.get_kind_display()


def _contact_changed(event: ConversationEvent, who: str) -> str:
    changed = _details(event)
    if not changed:
        return event.get_kind_display()
    return _("%(who)s corrected the client's %(details)s") % {"who": who, "details": changed}


def _details(event: ConversationEvent) -> str:
    names = {
        "name": pgettext("the client gave", "name"),
        "email": pgettext("the client gave", "email"),
        "phone": pgettext("the client gave", "phone"),
    }
    found = [names[field] for field in event.data.get("fields", []) if field in names]
    return get_text_list(found, _("and")) if found else ""


def _consented(event: ConversationEvent, who: str) -> str:
    return _("The client agreed to the privacy terms")


def _labelled(event: ConversationEvent, who: str) -> str:
    return _("%(who)s added the label “%(label)s”") % {"who": who, "label": event.data.get("name", "")}


def _unlabelled(event: ConversationEvent, who: str) -> str:
    return _("%(who)s removed the label “%(label)s”") % {"who": who, "label": event.data.get("name", "")}


def _blocked(event: ConversationEvent, who: str) -> str:
    sentence, reason = _("%(who)s blocked the client") % {"who": who}, event.data.get("reason")
    if not reason:
        return sentence
    return _("%(sentence)s: “%(reason)s”") % {"sentence": sentence, "reason": reason}


def _unblocked(event: ConversationEvent, who: str) -> str:
    return _("%(who)s let the client write again") % {"who": who}


def _anonymized(event: ConversationEvent, who: str) -> str:
    if not who:
        return _("The client's personal data was removed")
    return _("%(who)s removed the client's personal data") % {"who": who}


def _mailed(event: ConversationEvent, who: str) -> str:
    return _("The client left before the answer: it was sent by email")


SENTENCES: dict[str, Sentence] = {
    Kind.STARTED: _started,
    Kind.ASSIGNED: _assigned,
    Kind.UNASSIGNED: _unassigned,
    Kind.ESCALATED: _escalated,
    Kind.ESCALATION_FAILED: _escalation_failed,
    Kind.TRANSFERRED: _transferred,
    Kind.RESOLVED: _resolved,
    Kind.CLOSED: _closed,
    Kind.REOPENED: _reopened,
    Kind.RATED: _rated,
    Kind.DETAILS_GIVEN: _details_given,
    Kind.CONSENTED: _consented,
    Kind.CONTACT_CHANGED: _contact_changed,
    Kind.LABELLED: _labelled,
    Kind.UNLABELLED: _unlabelled,
    Kind.BLOCKED: _blocked,
    Kind.UNBLOCKED: _unblocked,
    Kind.ANONYMIZED: _anonymized,
    Kind.MAILED: _mailed,
}
