"""Takes a person out of what is stored, and leaves what statistics are made of (GDPR 17, 152-FZ 21).

One transaction does it all, so that nothing is ever half done; files, sessions and announcements follow its commit,
and whatever of those a crash prevents is made up for by the sweeps, or refused by the database.

Conversations are locked before their contact, as everybody does who writes to both. A conversation that came between
the two locks sends it back to the beginning. Whoever waited for a lock meanwhile finds the conversation closed and the
contact anonymized, and begins anew as a stranger.
"""

import uuid
from typing import NamedTuple, TypedDict

from django.db import transaction
from django.db.models import Q

from crm.models import User
from messenger.events import publish
from messenger.exceptions import NotFound, Unavailable
from messenger.lib import clock
from messenger.models import Contact, Conversation, ConversationEvent, DataExport
from messenger.services.change import change, event_of
from messenger.services.privacy import files, sessions, texts, traces
from messenger.services.privacy.known import FIELDS, Known
from messenger.services.queueing import assign_waiting_soon
from messenger.services.webhooks.log import forget_answers
from messenger.services.webhooks.outbox import Event, tell

ATTEMPTS = 5
_CLEARED = {"page_url": "", "referrer": "", "locale": "", "meta": {}}


class Wanted(TypedDict):
    """The options, for whoever asks people for them."""

    redact_messages: bool
    delete_attachments: bool
    delete_sent_attachments: bool


class Outcome(NamedTuple):
    """How much was changed, false where nothing was; `is_new` where the contact wasn't anonymous before."""

    is_new: bool = False
    conversations: int = 0
    messages: int = 0
    comments: int = 0
    answers: int = 0
    attachments: int = 0
    exports: int = 0
    events: int = 0
    traces: int = 0

    def __bool__(self) -> bool:
        return any(self)


class _Meanwhile(Exception):
    """The contact got another conversation before it was locked."""


def anonymize(
    contact_id: uuid.UUID,
    *,
    redact_messages: bool = False,
    delete_attachments: bool = False,
    delete_sent_attachments: bool = False,
    actor: User | None = None,
    seek_sessions: bool = True,
) -> Outcome:
    """Removes what is known of the person; a run more does what is left of what it is asked for, or nothing.

    `redact_messages` replaces the client's messages, notes about them and their comments on ratings by "[redacted]",
    and in our answers what is known of them. That needs their name: once it is gone, answers stay as they are.
    `delete_attachments` deletes the client's files and those of notes, `delete_sent_attachments` also what was sent
    to the client. `seek_sessions` looks through all of Redis for theirs: one that stays opens nothing, and who
    was silent for months has hardly one. Raises NotFound, or Unavailable where new conversations keep coming.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                run = _Run(contact_id, actor, seek_sessions=seek_sessions)
                return run.do(redact_messages, delete_attachments, delete_sent_attachments)
        except _Meanwhile:
            continue
    raise Unavailable


class _Run:
    """One anonymization, from the locks to the announcements."""

    def __init__(self, contact_id: uuid.UUID, actor: User | None, *, seek_sessions: bool) -> None:
        self._seek_sessions = seek_sessions
        mine = Conversation.objects.filter(contact=contact_id).order_by("pk")
        self._conversations = list(mine.select_for_update(no_key=True))
        contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).first()
        if contact is None:
            raise NotFound
        self._ids = [conversation.pk for conversation in self._conversations]
        if self._ids != list(mine.values_list("pk", flat=True)):
            raise _Meanwhile
        self._contact = contact
        self._actor = actor
        self._known = Known(contact)

    def do(self, redact: bool, delete_attachments: bool, delete_sent: bool) -> Outcome:
        traces.allow_changes()
        is_new = self._contact.anonymized_at is None
        deleted = self._delete_attachments(delete_attachments or delete_sent, sent=delete_sent)
        messages = comments = answers = 0
        if redact:
            messages, comments = texts.redact(self._ids)
            answers = texts.scrub_answers(self._ids, self._known)
            answers += texts.scrub_file_names(self._ids, self._known)
        traces.scrub_reasons(self._contact.pk, self._known)
        conversations = self._clear()
        outcome = Outcome(
            is_new=is_new,
            conversations=conversations,
            messages=messages,
            comments=comments,
            answers=answers,
            attachments=deleted,
            exports=len(files.delete_rows(DataExport.objects.filter(contact=self._contact))),
            events=traces.scrub_events(self._ids),
            traces=traces.rename(self._contact.pk, self._ids, self._contact.label, self._known),
        )
        if outcome:
            self._tell(is_new)
        return outcome

    def _delete_attachments(self, wanted: bool, *, sent: bool) -> int:
        if not wanted:
            return 0
        gone = files.delete_rows(files.attachments_to_delete(self._ids, sent=sent))
        texts.fill_emptied({file.message_id for file in gone})
        return len(gone)

    def _clear(self) -> int:
        """The contact and what their browser said; the number of conversations in which something was left."""
        for conversation in self._conversations:
            if not conversation.is_closed:
                self._close(conversation)
        forget_answers(self._ids)
        filled = ~Q(page_url="") | ~Q(referrer="") | ~Q(locale="") | ~Q(meta={})
        cleared = Conversation.objects.filter(filled, pk__in=self._ids).update(**_CLEARED)
        if self._contact.anonymized_at is None:
            values = dict.fromkeys((*FIELDS, "locale"), "") | {"anonymized_at": clock.now()}
            for name, value in values.items():
                setattr(self._contact, name, value)
            self._contact.save(update_fields=list(values))
        return cleared

    def _close(self, conversation: Conversation) -> None:
        """Nobody comes back to it; who writes again is a stranger in a conversation of their own."""
        was_unfinished = conversation.is_unfinished
        change(
            conversation,
            kind=ConversationEvent.Kind.CLOSED,
            actor=self._actor,
            status=Conversation.Status.CLOSED,
            closed_at=clock.now(),
            waiting_since=None,
            escalation_failed_at=None,
        )
        tell(conversation, Event.CONVERSATION_CLOSED)
        if was_unfinished and conversation.assignee and conversation.assignee.branch_id:
            assign_waiting_soon(conversation.assignee.branch_id)

    def _tell(self, is_new: bool) -> None:
        kind = ConversationEvent.Kind.ANONYMIZED
        if is_new:
            ConversationEvent.objects.bulk_create(
                ConversationEvent(conversation=conversation, kind=kind, actor=self._actor)
                for conversation in self._conversations
            )
        for conversation in self._conversations:
            event = event_of(conversation, kind=kind, actor=self._actor)
            # The visitor did it in no case, whoever else did.
            event["by"] = "operator"
            publish(event)
        contact_id, ids = self._contact.pk, self._ids
        seek = self._seek_sessions
        transaction.on_commit(lambda: sessions.forget(contact_id, ids, seek=seek))
