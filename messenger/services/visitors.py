"""Who the visitor is, and the conversation they come to."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Region
from messenger.exceptions import Blocked, InboxNotFound, Invalid, SessionInvalid
from messenger.geoip import looks_up_locally, region_of
from messenger.lib.inserting import insert
from messenger.models import Contact, Conversation, Inbox
from messenger.models.conversation import ACTIVE
from messenger.services.routing import branch_for
from messenger.services.visitor_mail.links import address_digest

_signer = signing.TimestampSigner(salt="messenger.visitor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What a browser says at bootstrap, checked for form only: all but token, hash and address are claims."""

    visitor_token: str = ""
    external_id: str = ""
    identity_hash: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    page_url: str = ""
    referrer: str = ""
    address: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


def visitor_token(contact: Contact, *, by_mail: bool = False) -> str:
    """Signed proof that a browser is this contact's; one that came by a mail is so while they have that address."""
    address = f".{address_digest(contact)}" if by_mail else ""
    return _signer.sign(f"{contact.inbox_id}.{contact.pk.hex}{address}")


def came_by_mail(contact: Contact, token: str) -> bool:
    """Whether the token proves who they are, and came from a mail's link."""
    try:
        _inbox_id, contact_id, _address = _signer.unsign(token).split(".")
    except (signing.BadSignature, ValueError):
        return False
    return contact_id == contact.pk.hex


class Welcome(NamedTuple):
    """`is_new`: nothing was said in the conversation yet, because it was made just now."""

    contact: Contact
    conversation: Conversation
    is_new: bool


def welcome(*, inbox: Inbox, introduction: Introduction) -> Welcome:
    """The visitor's contact and conversation, made where there are none yet.

    Without a valid visitor token or identity hash it is always a new contact. The conversation is the active one,
    else the last one, closed as it is: the next message opens a new one. Raises Invalid for a wrong hash,
    Blocked for a blocked contact, Unavailable where no branch can be found, InboxNotFound where the inbox is gone.
    """
    verified = _verified_id(inbox, introduction)
    comes_back = verified or introduction.visitor_token
    known = _find_contact(inbox, introduction, verified) if comes_back else None
    # The world outside is asked before the transaction: nobody waits for a row while it answers.
    region = None if known and known.region_id else _locate(inbox, introduction)
    if not comes_back:
        contact = Contact(inbox=inbox, **_details(introduction, "", region))
        conversation = Conversation(**_beginning(inbox, contact, introduction))
        _store(contact, conversation)
        return Welcome(contact, conversation, is_new=True)
    with transaction.atomic():
        # Between the two looks the contact may have been anonymized: who comes back then is a stranger.
        contact = (
            _remember_details(known, introduction, verified, region) if known else None
        ) or _make_contact(inbox, introduction, verified, region)
        if contact.is_blocked:
            raise Blocked
        conversation = latest_conversation(contact) or start_conversation(
            inbox=inbox, contact=contact, introduction=introduction
        )
    return Welcome(contact, conversation, is_new=False)


def _store(contact: Contact, conversation: Conversation) -> None:
    """Raises InboxNotFound where the inbox was deleted since it was read."""
    try:
        insert(contact, conversation)
    except IntegrityError:
        if Inbox.objects.filter(pk=contact.inbox_id).exists():
            raise
        raise InboxNotFound from None


def latest_conversation(contact: Contact) -> Conversation | None:
    """The contact's active conversation, or else the newest closed one."""
    closed_last = Case(When(status="closed", then=Value(1)), default=Value(0), output_field=IntegerField())
    return contact.conversations.order_by(closed_last, "-id").first()


def refuse_blocked(contact_id: uuid.UUID) -> None:
    """Raises Blocked for a contact that was shut out, SessionInvalid for one who was anonymized."""
    found = Contact.objects.filter(pk=contact_id).values_list("is_blocked", "anonymized_at").first()
    is_blocked, anonymized_at = found or (False, None)
    if anonymized_at is not None:
        raise SessionInvalid
    if is_blocked:
        raise Blocked


def start_conversation(
    *, inbox: Inbox, contact: Contact, introduction: Introduction | None = None
) -> Conversation:
    """The contact's one active conversation; two calls at the same moment get the same one."""
    conversation, _created = Conversation.objects.get_or_create(
        inbox=inbox,
        contact=contact,
        status__in=ACTIVE,
        defaults=_beginning(inbox, contact, introduction or Introduction()),
    )
    return conversation


def _beginning(inbox: Inbox, contact: Contact, said: Introduction) -> dict[str, Any]:
    return {
        "inbox": inbox,
        "contact": contact,
        "status": Conversation.Status.OPEN,
        "branch_id": branch_for(inbox, contact.region),
        "page_url": said.page_url,
        "referrer": said.referrer,
        "locale": said.locale,
        "meta": said.meta,
    }


def _locate(inbox: Inbox, said: Introduction) -> Region | None:
    """Where the visitor is. Of a branch's own visitors a service outside is told nothing: it would route nobody."""
    return region_of(said.address) if inbox.is_global or looks_up_locally() else None


def _verified_id(inbox: Inbox, said: Introduction) -> str:
    """The id the site vouches for, or an empty text."""
    if said.identity_hash and not said.external_id:
        raise Invalid({"contact_external_id": [_("This field is required.")]})
    if said.external_id and said.identity_hash:
        if not inbox.vouches_for(said.external_id, said.identity_hash):
            raise Invalid({"identity_hash": [_("The hash doesn't match the id.")]})
        return said.external_id
    if inbox.identity_required:
        raise Invalid({"identity_hash": [_("This chat is only for visitors that the site vouches for.")]})
    return ""


def _find_contact(inbox: Inbox, said: Introduction, verified: str) -> Contact | None:
    by_token = _contact_of_token(inbox, said.visitor_token) if said.visitor_token else None
    if not verified:
        return by_token
    known = Contact.objects.filter(inbox=inbox, external_id=verified, anonymized_at__isnull=True).first()
    if known is not None or by_token is None or by_token.external_id:
        return known
    # A mail may have gone to a stranger: the site vouches for who they are, and not for whose the conversation is.
    return None if came_by_mail(by_token, said.visitor_token) else by_token


def _contact_of_token(inbox: Inbox, token: str) -> Contact | None:
    try:
        value = _signer.unsign(token, max_age=timedelta(days=settings.MESSENGER_VISITOR_TOKEN_TTL_DAYS))
        inbox_id, contact_id, *address = value.split(".")
        found = Contact.objects.filter(
            pk=uuid.UUID(hex=contact_id), inbox=inbox, anonymized_at__isnull=True
        ).first()
    except (signing.BadSignature, ValueError):
        return None
    if found is None or inbox_id != str(inbox.pk):
        return None
    return found if address in ([], [address_digest(found)]) else None


def _make_contact(inbox: Inbox, said: Introduction, verified: str, region: Region | None) -> Contact:
    details = _details(said, verified, region)
    if verified:
        return Contact.objects.get_or_create(inbox=inbox, external_id=verified, defaults=details)[0]
    return Contact.objects.create(inbox=inbox, **details)


def _details(said: Introduction, verified: str, region: Region | None) -> dict[str, Any]:
    return {
        "region": region,
        "name": said.name,
        "email": said.email,
        "phone": said.phone,
        "locale": said.locale,
        "last_seen_at": timezone.now(),
        "claimed_external_id": "" if verified else said.external_id,
    }


def _remember_details(
    contact: Contact, said: Introduction, verified: str, region: Region | None
) -> Contact | None:
    """Fills what is not known yet; what operators wrote stays. None where there is no such person any more."""
    if verified and not contact.external_id:
        contact = _verify(contact, verified)
    offered = {
        "region": region,
        "name": said.name,
        "email": said.email,
        "phone": said.phone,
        "locale": said.locale,
        "claimed_external_id": "" if verified else said.external_id,
    }
    news = {name: value for name, value in offered.items() if value and not getattr(contact, name)}
    there = Contact.objects.filter(pk=contact.pk, anonymized_at__isnull=True)
    if not there.update(last_seen_at=timezone.now(), **news):
        return None
    for name, value in news.items():
        setattr(contact, name, value)
    return contact


def _verify(contact: Contact, external_id: str) -> Contact:
    """The contact with its id verified, or the one that another tab verified at this very moment."""
    try:
        with transaction.atomic():
            mine = Contact.objects.filter(pk=contact.pk, external_id="", anonymized_at__isnull=True)
            mine.update(external_id=external_id)
    except IntegrityError:
        return Contact.objects.get(inbox=contact.inbox_id, external_id=external_id)
    contact.external_id = external_id
    return contact
