"""Takes mails from the outbox, one after the other, and keeps what came of each.

A mail is claimed by a commit before it is sent: its attempt is counted and its next one put off, so that no second
worker takes it, and one that dies with it leaves it to a repeat.
"""

import logging
import time
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from messenger.events import publish
from messenger.exceptions import NotFound
from messenger.lib import clock
from messenger.lib.deletion import delete_in_batches
from messenger.models import ConversationEvent, VisitorMail
from messenger.services.change import event_of, note
from messenger.services.status import locked
from messenger.services.visitor_mail.letter import letter_of
from messenger.services.visitor_mail.server import Outcome, Server

logger = logging.getLogger(__name__)

State = VisitorMail.State
RUN_SECONDS = 20.0
# Longer than a mail can take: whoever claimed it and said nothing for so long has died.
CLAIMED = timedelta(minutes=5)
# After the first attempt; a server that is away longer is asked every two hours.
REPEATS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
ATTEMPTS = 1 + len(REPEATS)
# So long a server that is away is waited for: that is nothing against the mail, nor against its address.
PATIENCE = timedelta(hours=24)
MOST_ATTEMPTS = 20
# How problems of one mail begin; those of the server are names of errors.
OWN_PROBLEMS = ("SMTP ", "Letter ")
# The mail is out, and only its line in the timeline waits: no longer than this for whoever holds the conversation.
TELLING = "10s"
BATCH = 1_000


def deliver(*, seconds: float = RUN_SECONDS, server: Server | None = None) -> int:
    """Sends until nothing is due or the time is over; how many went out.

    Where the server itself fails, nothing else is tried before the next run: each would wait as long.
    """
    until = time.monotonic() + seconds
    server = server or Server()
    sent = 0
    try:
        while time.monotonic() < until and (mail := claim()):
            outcome = send(mail, server)
            sent += outcome is not None and outcome.is_sent
            if outcome is not None and outcome.is_servers:
                break
    finally:
        server.close()
    return sent


def send(mail: VisitorMail, server: Server) -> Outcome | None:
    """A claimed mail; None where it was not needed any more."""
    if mail.attempts > (MOST_ATTEMPTS if mail.problem else ATTEMPTS):
        # Each attempt died without a word.
        _finish(mail, State.FAILED, mail.problem or "NoOutcome")
        return None
    try:
        letter = letter_of(mail)
    except Exception as error:
        # The others are nothing to blame for it.
        logger.exception("Mail %s of conversation %s can't be written", mail.pk, mail.conversation_id)
        keep(mail, Outcome(f"Letter {type(error).__name__}"))
        return None
    if letter is None:
        _finish(mail, State.NOT_NEEDED)
        return None
    outcome = server.send(letter)
    keep(mail, outcome)
    logger.info(
        "Mail %s of conversation %s, attempt %s: %s",
        mail.pk,
        mail.conversation_id,
        mail.attempts,
        outcome.problem or "sent",
    )
    return outcome


@transaction.atomic
def claim() -> VisitorMail | None:
    """The next mail that is due, out of everybody else's reach for a while."""
    now = clock.now()
    due = VisitorMail.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")
    mail = due.select_for_update(skip_locked=True).first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.due_at = now + CLAIMED
    mail.save(update_fields=["attempts", "due_at"])
    return mail


def keep(mail: VisitorMail, outcome: Outcome) -> None:
    if outcome.is_sent:
        _tell(mail)
    elif outcome.is_final or _is_hopeless(mail, outcome):
        _finish(mail, State.FAILED, outcome.problem)
    else:
        due_at = clock.now() + REPEATS[min(mail.attempts, len(REPEATS)) - 1]
        _mine(mail).update(due_at=due_at, problem=outcome.problem)


def _is_hopeless(mail: VisitorMail, outcome: Outcome) -> bool:
    """A mailbox that asks for patience right after its server came back is asked once more."""
    if outcome.is_servers:
        return clock.now() >= mail.created_at + PATIENCE
    return mail.attempts >= ATTEMPTS and mail.problem.startswith(OWN_PROBLEMS)


def _tell(mail: VisitorMail) -> None:
    """It is out, and is never sent again, whoever holds the conversation; then the operators see it in the timeline."""
    if not _finish(mail, State.SENT):
        return
    try:
        _note(mail)
    except (DatabaseError, NotFound):
        logger.warning("Mail %s is out; conversation %s could not tell so", mail.pk, mail.conversation_id)


@transaction.atomic
def _note(mail: VisitorMail) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [TELLING])
    conversation = locked(mail.conversation_id)
    kind = ConversationEvent.Kind.MAILED
    note(conversation, kind=kind)
    publish(event_of(conversation, kind=kind, actor=None) | {"by": "operator"})


def _finish(mail: VisitorMail, state: VisitorMail.State, problem: str = "") -> int:
    return _mine(mail).update(state=state, finished_at=clock.now(), problem=problem)


def _mine(mail: VisitorMail) -> QuerySet[VisitorMail]:
    """Only as long as the claim holds: who was too slow has lost it to somebody else."""
    return VisitorMail.objects.filter(pk=mail.pk, state=State.WAITING, attempts=mail.attempts)


def remove_old(*, older_than: timedelta) -> int:
    """Deletes mails by their age, in batches; how many."""
    old = VisitorMail.objects.filter(created_at__lt=clock.now() - older_than).order_by("created_at")
    return delete_in_batches(old, BATCH)
