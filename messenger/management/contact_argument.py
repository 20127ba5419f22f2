"""What the commands about one contact have in common."""

import uuid
from argparse import ArgumentParser

from django.core.management.base import CommandError

from messenger.exceptions import MessengerDisabled
from messenger.models import Contact
from messenger.utils import ensure_messenger_enabled_api


def add_contact_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--contact-id", required=True, help="The contact's UUID, as its page in the admin shows it."
    )


def contact_named(text: str) -> Contact:
    """The contact, or a sentence of CommandError: the messenger is off, that is no id, or nobody's."""
    try:
        ensure_messenger_enabled_api()
    except MessengerDisabled as error:
        raise CommandError(f"{error}: set MESSENGER_ENABLED=1.") from error
    try:
        contact_id = uuid.UUID(text)
    except ValueError as error:
        raise CommandError(f"--contact-id must be a UUID, and {text!r} is none.") from error
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        raise CommandError(f"There is no contact {contact_id}.")
    return contact
