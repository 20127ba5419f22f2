"""Whether visitors come to somebody: inboxes, routing, operators, working hours."""

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Branch, User
from messenger.lib.listing import some
from messenger.models import Inbox, RoutingRule, WorkingHours
from messenger.services.diagnosis.finding import Verdict, error, ok, warning
from messenger.services.routing import Reason, default_branch, route_by_rules
from messenger.services.routing_advice import explain_rest, global_inboxes, survey


def inboxes() -> Verdict:
    count = Inbox.objects.filter(is_active=True).count()
    if not count:
        return warning(_("No inbox is active: no site shows the widget."))
    return ok(ngettext("%(n)d inbox is active.", "%(n)d inboxes are active.", count) % {"n": count})


def routing() -> Verdict:
    """Where those go whom no rule takes: nobody can write there if it is nowhere."""
    asked = global_inboxes()
    if not asked:
        return ok(_no_rule_is_asked())
    route = route_by_rules(None)
    if route.branch is None:
        return error(f"{_('Global inboxes')} ({some(asked)}). {explain_rest(route)}")
    branch_id: int | None = settings.MESSENGER_DEFAULT_BRANCH_ID
    if branch_id is not None and default_branch() is None:
        return warning(_("MESSENGER_DEFAULT_BRANCH_ID (%(id)d) names no active branch.") % {"id": branch_id})
    return ok(explain_rest(route))


def rules() -> Verdict:
    found = survey()
    if idle := found.never_matching:
        told = [f"“{rule.name}”: {found.remarks[rule.pk][0].sentence}" for rule in idle]
        return warning(_("Rules that never match. %(rules)s") % {"rules": " ".join(told)})
    count = len(found.remarks)
    return ok(ngettext("%(n)d rule is active.", "%(n)d rules are active.", count) % {"n": count})


def regions() -> Verdict:
    found = survey()
    if not found.inboxes:
        return ok(_no_rule_is_asked())
    if not found.uncovered:
        return ok(_("Every region has a rule."))
    names = some([region.name for region in found.uncovered])
    sentence = f"{_('No rule names %(regions)s.') % {'regions': names}} {explain_rest(found.rest)}"
    # A rule that takes the rest is somebody's decision; the default branch is what happens without one.
    return ok(sentence) if found.rest.reason is Reason.FALLBACK else warning(sentence)


def operators() -> Verdict:
    """Of each branch that gets conversations: without an operator nobody answers them."""
    receives = (
        Exists(Inbox.objects.filter(branch=OuterRef("pk"), is_active=True))
        | Exists(RoutingRule.objects.usable().filter(branch=OuterRef("pk")))
        | Q(pk=settings.MESSENGER_DEFAULT_BRANCH_ID)
    )
    staffed = Exists(User.objects.filter(branch=OuterRef("pk"), is_active=True, role=User.Role.OPERATOR))
    empty = list(Branch.objects.filter(receives).exclude(staffed).values_list("name", flat=True))
    if empty:
        return warning(
            _("These branches get conversations and have no active operator: %(names)s.")
            % {"names": some(empty)}
        )
    return ok(_("Every branch that gets conversations has operators."))


def working_hours() -> Verdict:
    hours = Exists(WorkingHours.objects.filter(inbox=OuterRef("pk")))
    never_open = Inbox.objects.filter(is_active=True, working_hours_enabled=True).exclude(hours)
    if names := list(never_open.values_list("name", flat=True)):
        return error(
            _("These inboxes consider working hours and have none, so they never open: %(names)s.")
            % {"names": some(names)}
        )
    return ok(_("No inbox is closed for ever."))


def _no_rule_is_asked() -> str:
    return _("No global inbox is active, so no rule is asked.")
