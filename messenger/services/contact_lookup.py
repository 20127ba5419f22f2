"""Contacts by their whole address, in any case."""

from django.db.models import QuerySet

from messenger.models import Contact
from messenger.models.search_text import contact_trigrams, trigrams_of


def with_email(contacts: QuerySet[Contact], email: str) -> QuerySet[Contact]:
    """The index of trigrams finds the few that are compared."""
    near = contacts.alias(trigrams=contact_trigrams())
    return near.filter(trigrams__contains=trigrams_of(email), email__iexact=email)  # type: ignore[misc]
