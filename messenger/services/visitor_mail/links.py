"""Links of a mail: back to the conversation, and to no more mails.

A link is signed and stored nowhere. It names the contact, as a visitor token does, and holds only as long as the
contact has the address to which it was sent: when an operator corrects a mistyped one, the stranger who got the mail is
out again.
"""

import hashlib
import uuid
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse

from messenger.models import Contact

BACK_DAYS = 30
_back = signing.TimestampSigner(salt="messenger.visitor_mail.back")
_no_more = signing.Signer(salt="messenger.visitor_mail.no_more")


def back_url(contact: Contact) -> str:
    return _absolute("visitor-back", _back.sign(_named(contact)))


def no_more_url(contact: Contact) -> str:
    """Holds without an end: whoever finds an old mail may end it as well."""
    return _absolute("visitor-no-more-mail", _no_more.sign(_named(contact)))


def contact_of_back(signed: str) -> Contact | None:
    """None where the link has expired, was never ours, or leads to nobody any more."""
    contact = _contact(signed, lambda text: _back.unsign(text, max_age=timedelta(days=BACK_DAYS)))
    if contact is None or contact.is_blocked:
        return None
    # Where the site has to vouch for its visitors by now, the widget would let nobody in.
    return contact if contact.inbox.is_active and not contact.inbox.identity_required else None


def contact_of_no_more(signed: str) -> Contact | None:
    return _contact(signed, _no_more.unsign)


def public_url() -> str:
    """In ASCII, whatever alphabet the host is written in: headers take no other."""
    url = urlsplit(settings.MESSENGER_PUBLIC_URL)
    host, colon, port = url.netloc.partition(":")
    return url._replace(netloc=f"{host.encode('idna').decode()}{colon}{port}").geturl().rstrip("/")


def address_digest(contact: Contact) -> str:
    """Of the address that the contact has now; another one's is another."""
    return hashlib.sha256(f"{contact.pk.hex}:{contact.email.lower()}".encode()).hexdigest()[:16]


def _absolute(name: str, signed: str) -> str:
    return public_url() + reverse(name, args=[signed])


def _named(contact: Contact) -> str:
    return f"{contact.inbox_id}.{contact.pk.hex}.{address_digest(contact)}"


def _contact(signed: str, unsign: Callable[[str], str]) -> Contact | None:
    try:
        inbox_id, contact_id, digest = unsign(signed).split(".")
        contact = Contact.objects.select_related("inbox").filter(pk=uuid.UUID(hex=contact_id)).first()
    except (signing.BadSignature, ValueError):
        return None
    if contact is None or contact.anonymized_at is not None or not contact.email:
        return None
    return contact if (inbox_id, digest) == (str(contact.inbox_id), address_digest(contact)) else None
