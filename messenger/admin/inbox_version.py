"""Two administrators at one inbox: whoever saves second is told, and overwrites nothing unseen."""

import hashlib
from collections.abc import Iterable

import orjson
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from messenger.models import Inbox

FIELD = "version"


def version_of(inbox_id: int) -> str:
    """A digest of all that the page shows of the stored inbox: another one means that somebody saved meanwhile."""
    inbox = Inbox.objects.get(pk=inbox_id)
    stored = {
        "inbox": model_to_dict(inbox),
        "hours": list(inbox.working_hours.order_by("pk").values_list("pk", "weekday", "opens", "closes")),
        "holidays": list(inbox.holidays.order_by("pk").values_list("pk", "date", "name")),
    }
    return hashlib.sha256(orjson.dumps(stored, option=orjson.OPT_SORT_KEYS)).hexdigest()


def overtaken(inbox: Inbox, differing: Iterable[str]) -> str:
    """Who was faster, and in which fields the form differs from what is stored by now."""
    sentence = _(
        "%(who)s saved this inbox while you were editing it. Nothing of yours is lost, and nothing is saved yet."
    ) % {"who": _who(inbox)}
    fields = get_text_list([f"“{label}”" for label in differing], _("and"))
    if not fields:
        return sentence
    return (
        sentence
        + " "
        + _("Yours differs in %(fields)s. Save again to keep yours, or reload the page to see theirs.")
        % {"fields": fields}
    )


def _who(inbox: Inbox) -> str:
    content_type = ContentType.objects.get_for_model(Inbox)
    entries = LogEntry.objects.filter(content_type=content_type, object_id=str(inbox.pk))
    last = entries.select_related("user").order_by("-pk").first()
    if last is None:
        return _("Somebody else")
    at = date_format(timezone.localtime(last.action_time), "TIME_FORMAT")
    return _("%(name)s (%(time)s)") % {"name": last.user.display_name, "time": at}
