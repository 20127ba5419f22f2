"""Loads the demo's data once; after that it only says how to log in."""

from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from crm.demo_data.casting import Casting
from crm.demo_data.marks import make_canned_responses, make_labels
from crm.demo_data.past import tell_last_day, tell_months
from crm.demo_data.present import tell_present
from crm.demo_data.rows import write
from crm.demo_data.staff import Staff, make_staff, usernames
from crm.demo_data.texts import texts
from crm.demo_data.told import write_logs
from crm.demo_data.visitors import contact_id
from crm.demo_data.world import World, make_branches, make_inboxes, make_rules
from crm.models import Branch, Region, User
from messenger.models import Contact, Inbox
from messenger.services.insight.counting import catch_up

SEED = 20_26
# Any number, as long as nobody else's advisory lock has it.
_LOCK = 7_301_944_021


class ForeignDataError(Exception):
    """The database holds somebody's own data."""


@dataclass(frozen=True, slots=True)
class Demo:
    inboxes: dict[str, Inbox]
    default_branch: Branch
    staff: Staff

    def as_json(self) -> dict[str, Any]:
        return {
            "widget_token": self.inboxes["shop"].widget_token,
            "global_widget_token": self.inboxes["company"].widget_token,
            "default_branch_id": self.default_branch.pk,
            "admin": self.staff.administrator.as_json(),
            "operators": [account.as_json() for account in self.staff.operators],
        }


@transaction.atomic
def load(*, force: bool = False) -> Demo:
    """The demo in this database; raises ForeignDataError where it is somebody else's, unless forced."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    inboxes = _loaded_inboxes()
    if not inboxes and not force:
        _refuse_foreign()
    branches = make_branches()
    staff = make_staff(branches)
    if not inboxes:
        inboxes = make_inboxes(branches)
        make_rules(branches)
        _write_history(branches, inboxes, staff)
        make_canned_responses()
        make_labels(Random(SEED))  # noqa: S311  (stories, not secrets)
        catch_up()
    return Demo(inboxes, next(iter(branches.values())), staff)


def _loaded_inboxes() -> dict[str, Inbox]:
    """The inboxes of an earlier run, whatever they are called by now."""
    firsts = {contact_id(key, 0): key for key in texts("inboxes")}
    contacts = Contact.objects.filter(pk__in=firsts).select_related("inbox")
    return {firsts[contact.pk]: contact.inbox for contact in contacts}


def _refuse_foreign() -> None:
    if Inbox.objects.exists():
        raise ForeignDataError("inboxes")
    if User.objects.filter(username__in=usernames()).exists():
        raise ForeignDataError("users of the demo's names")


def _write_history(branches: dict[str, Branch], inboxes: dict[str, Inbox], staff: Staff) -> None:
    world = World(
        rng=Random(SEED),  # noqa: S311  (stories, not secrets)
        now=timezone.now(),
        branches=branches,
        region_ids=dict(Region.objects.values_list("name", "pk")),
        inboxes=inboxes,
        operators=staff.by_branch(),
    )
    casting = Casting(world)
    for tell in (tell_months, tell_last_day, tell_present):
        tell(casting)
    write(casting.stories)
    write_logs(casting.stories, world.rng)
