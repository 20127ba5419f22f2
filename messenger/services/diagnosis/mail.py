"""Whether visitors who left hear of answers."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messenger.lib import clock
from messenger.lib.listing import some
from messenger.models import Inbox, VisitorMail
from messenger.services.diagnosis.finding import Verdict, ok, warning
from messenger.services.visitor_mail.missed import visitor_mail_lacks

State = VisitorMail.State
RECENT = timedelta(days=1)


def visitor_mail() -> Verdict:
    """What is missing, what is stuck, and what was given up lately."""
    wanting = Inbox.objects.filter(is_active=True, mail_enabled=True)
    names = list(wanting.values_list("name", flat=True))
    if not names:
        return ok(_("No inbox mails answers to visitors who left."))
    if lacking := visitor_mail_lacks():
        return warning(
            _("These inboxes mail answers to visitors, and no mail goes out without %(settings)s: %(names)s.")
            % {"settings": " + ".join(lacking), "names": some(names)}
        )
    # What was tried and waits for its repeat has its problem.
    stuck = VisitorMail.objects.filter(state=State.WAITING).exclude(problem="")
    if count := stuck.count():
        return warning(_trouble(count) % {"n": count, "problem": stuck.order_by("-due_at")[0].problem})
    given_up = VisitorMail.objects.filter(state=State.FAILED, created_at__gte=clock.now() - RECENT).count()
    if given_up:
        sentence = ngettext(
            "Mail goes out; %(n)d mail of the last day was refused.",
            "Mail goes out; %(n)d mails of the last day were refused.",
            given_up,
        )
        return ok(sentence % {"n": given_up})
    return ok(_("Answers are mailed to visitors who left."))


def _trouble(count: int) -> str:
    return ngettext(
        "%(n)d mail to a visitor waits to be tried again; the server said: %(problem)s.",
        "%(n)d mails to visitors wait to be tried again; the server said: %(problem)s.",
        count,
    )
