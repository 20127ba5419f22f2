"""What the queue calls: each finds its work, calls a service and says in a line what was done."""

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command

from crm.models import Branch
from messenger.models import Conversation
from messenger.services.assignment import assign_waiting
from messenger.services.attaching import sweep_orphans
from messenger.services.escalation import escalate_due
from messenger.services.forgetting import forget_silent
from messenger.services.insight.counting import catch_up
from messenger.services.privacy import jobs, removals, turns
from messenger.services.purging import purge_empty, purge_failures
from messenger.services.retention import close_quiet
from messenger.services.visitor_mail import missed, sending
from messenger.services.webhooks import log as webhook_log
from messenger.services.webhooks import pump

# Of what there is too much of for one night the rest is done the next, so that the worker's timeout cuts nothing off.
NIGHTLY_SECONDS = settings.WORKER_TASK_SECONDS / 2
NIGHTLY_CONTACTS = 1_000
FAILURES_KEPT = timedelta(days=30)
MAILS_KEPT = timedelta(days=30)


def purge_empty_conversations() -> str:
    """Removes conversations that nobody wrote in, with contacts that are left without any."""
    age = timedelta(hours=settings.MESSENGER_EMPTY_CONVERSATION_HOURS)
    return f"{purge_empty(older_than=age, seconds=NIGHTLY_SECONDS)} empty conversations removed"


def close_old_conversations() -> str:
    """Closes what was resolved and has been quiet for long."""
    if not settings.MESSENGER_ENABLED:
        return "messenger disabled"
    days = timedelta(days=settings.MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS)
    return f"{close_quiet(quiet_for=days, seconds=NIGHTLY_SECONDS)} conversations closed"


def anonymize_silent_contacts() -> str:
    """Makes clients anonymous whose inbox keeps them no longer: promised to them, and kept while all is off."""
    return f"{forget_silent(limit=NIGHTLY_CONTACTS, seconds=NIGHTLY_SECONDS)} contacts anonymized"


def remove_old_failures() -> str:
    """Removes what django-q2 keeps of failed tasks for ever."""
    return f"{purge_failures(older_than=FAILURES_KEPT)} failed tasks removed"


def escalate() -> str:
    """Gives on what operators don't open."""
    if not settings.MESSENGER_ENABLED:
        return "messenger disabled"
    outcome = escalate_due(timeout=timedelta(seconds=settings.MESSENGER_ESCALATION_TIMEOUT_SECONDS))
    return f"{len(outcome.escalated)} escalated, nobody left for {len(outcome.failed)}"


def assign_waiting_everywhere() -> str:
    """Gives out what waits wherever somebody has time: hours have begun, or an operator has come."""
    if not settings.MESSENGER_ENABLED:
        return "messenger disabled"
    with_waiting = Conversation.objects.waiting().order_by().values("branch")
    assigned = sum(assign_waiting(branch=branch) for branch in Branch.objects.filter(pk__in=with_waiting))
    return f"{assigned} assigned"


def assign_waiting_of_branch(branch_id: int) -> str:
    """The same for one branch, at once."""
    branch = Branch.objects.filter(pk=branch_id).first()
    if branch is None or not settings.MESSENGER_ENABLED:
        return "nothing to do"
    return f"{assign_waiting(branch=branch)} assigned"


def sweep_files() -> str:
    """Removes files that processes left behind which died before their message was stored."""
    return f"{sweep_orphans(older_than=timedelta(days=1))} files removed"


def clear_expired_sessions() -> str:
    """Removes log-in sessions that are over."""
    call_command("clearsessions")
    return "expired log-in sessions removed"


def work_on_personal_data() -> str:
    """Makes the next copy or removal of a contact's data that was asked for."""
    return turns.take_turn()


def wake_work_on_personal_data() -> str:
    """Has what a killed worker left of them begun anew."""
    return "the worker was told" if turns.wake() else "nothing to do"


def sweep_exports() -> str:
    """Removes exports of contacts' data that have expired, and what is told of removals that are done."""
    removals.sweep_removals()
    return f"{jobs.sweep_exports()} exports removed"


def deliver_webhooks() -> str:
    """Sends what waits in the webhooks' outbox."""
    if not settings.MESSENGER_ENABLED:
        return "messenger disabled"
    return f"{pump.deliver()} webhook requests"


def remove_old_deliveries() -> str:
    """Removes what is too old from the webhooks' log."""
    age = timedelta(days=settings.MESSENGER_WEBHOOK_LOG_DAYS)
    return f"{webhook_log.remove_old(older_than=age)} webhook deliveries removed"


def mail_visitors() -> str:
    """Mails what visitors missed who left before the answer."""
    if not settings.MESSENGER_ENABLED:
        return "messenger disabled"
    if missed.visitor_mail_lacks():
        return "mail is off"
    return f"{missed.write_outbox()} mails written, {sending.deliver()} sent"


def remove_old_mails() -> str:
    """Removes what is too old from the log of mails to visitors."""
    return f"{sending.remove_old(older_than=MAILS_KEPT)} mails removed"


def count_figures() -> str:
    """Counts the days that are over, and anew those in which something changed."""
    if not settings.MESSENGER_ENABLED:
        return "messenger disabled"
    return f"{catch_up(seconds=NIGHTLY_SECONDS)} days counted"
