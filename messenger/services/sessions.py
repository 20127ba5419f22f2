"""Open streams look again at once when a user's standing may have changed: whoever is out hears nothing more.

Without it they would hear of it at their next look, half a minute later at most.
"""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save

from crm.models import User
from crm.models.user import sessions_changed
from messenger.events import publish_standing


def watch() -> None:
    post_save.connect(_saved, sender=User, dispatch_uid="messenger.sessions.saved")
    sessions_changed.connect(_changed, dispatch_uid="messenger.sessions.changed")
    user_logged_out.connect(_changed, dispatch_uid="messenger.sessions.logged_out")


def _saved(instance: User, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """A log-in writes its time, and changes nothing else."""
    if not created and set(update_fields or ["all"]) != {"last_login"}:
        publish_standing(instance.pk)


def _changed(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        publish_standing(user.pk)
