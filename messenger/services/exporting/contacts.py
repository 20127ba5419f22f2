"""Contacts, one a row."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messenger.models import Contact
from messenger.services.exporting.sheet import Column, Sheet, by_key, moment
from messenger.services.exporting.words import yes_or_no


def _read(contacts: QuerySet[Contact]) -> Iterator[list[Contact]]:
    related = Contact.objects.select_related("inbox", "region")
    return by_key(contacts, lambda keys: related.filter(pk__in=keys))


CONTACTS = Sheet[Contact, QuerySet[Contact]](
    name="contacts",
    title=_("Contacts"),
    permission="messenger.export_contact",
    read=_read,
    columns=(
        Column("id", "ID", lambda contact: str(contact.pk)),
        Column("inbox", _("inbox"), lambda contact: contact.inbox.name),
        Column("name", pgettext_lazy("person", "name"), lambda contact: contact.name),
        Column("email", _("email"), lambda contact: contact.email),
        Column("phone", _("phone"), lambda contact: contact.phone),
        Column("region", _("region"), lambda contact: contact.region.name if contact.region else ""),
        Column("language", _("language"), lambda contact: contact.locale),
        Column("verified_id", _("verified id"), lambda contact: contact.external_id),
        Column("claimed_id", _("claimed id"), lambda contact: contact.claimed_external_id),
        Column(
            "blocked",
            _("blocked"),
            lambda contact: contact.is_blocked,
            lambda contact: yes_or_no(contact.is_blocked),
        ),
        Column("created", _("created"), lambda contact: moment(contact.created_at)),
        Column("last_seen", _("last seen"), lambda contact: moment(contact.last_seen_at)),
    ),
)
