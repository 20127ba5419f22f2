"""A row as the export shows it, by the inventory."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from crm.models import Branch, Region, User
from messenger.lib.uploads import clean_name
from messenger.models import AgentProfile, Attachment, ConversationEvent, Inbox, Label
from messenger.services.privacy.inventory import EXPORTED_DETAILS, INVENTORY, exported

FILES = "files"


def shape(row: Model) -> dict[str, Any]:
    """Its exported columns by their names there; of operators the name that visitors see, and no more."""
    name = type(row).__name__
    return {
        key: _value(getattr(row, field)) for field, key in exported(name) if field not in NESTED.get(name, ())
    }


# What the export shows as lists of their own.
NESTED = {"Conversation": ("labels",)}


def event_shape(event: ConversationEvent) -> dict[str, Any]:
    details = {key: value for key, value in event.data.items() if key in EXPORTED_DETAILS}
    return shape(event) | {INVENTORY["ConversationEvent"]["data"].exported: details}


def attachment_shape(attachment: Attachment, *, with_files: bool) -> dict[str, Any]:
    return shape(attachment) | ({"file": path_in_archive(attachment)} if with_files else {})


def path_in_archive(attachment: Attachment) -> str:
    """Unique, and a plain name whatever the row says: who unpacks the archive gets no file anywhere else."""
    name = clean_name(PurePosixPath(attachment.original_name).name, attachment.content_type)
    return f"{FILES}/{attachment.pk.hex}-{name}"


def _value(value: Any) -> Any:
    match value:
        case datetime():
            return timezone.localtime(value).isoformat(timespec="milliseconds")
        case UUID():
            return str(value)
        case User():
            return _public_name(value)
        case Inbox() | Branch() | Region() | Label():
            return value.name
        case Model():
            raise TypeError(f"nobody said how a {type(value).__name__} is exported")
    return value


def _public_name(user: User) -> str:
    profile: AgentProfile | None = getattr(user, "agent_profile", None)
    return (profile.display_name if profile else "") or user.first_name or "operator"
