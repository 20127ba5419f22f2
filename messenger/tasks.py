"""What the queue calls: each finds its work, calls a service and says in a line what was done."""

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command

from crm.models import Branch
from messenger.models import Conversation
from messenger.services.assignment import assign_waiting
from messenger.services.attaching import sweep_orphans
from messenger.services.escalation import escalate_due
from messenger.services.purging import purge_empty


def purge_empty_conversations() -> str:
    """Removes conversations that nobody wrote in, with contacts that are left without any."""
    removed = purge_empty(older_than=timedelta(hours=settings.MESSENGER_EMPTY_CONVERSATION_HOURS))
    return f"{removed} empty conversations removed"


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
