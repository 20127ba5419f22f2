"""Finds contacts by name, address of mail and number."""

from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from messenger.lib import phones
from messenger.models import Contact
from messenger.models.search_text import (
    contact_pattern,
    contact_trigrams,
    phone_digits,
    trigrams_of,
    written_contact,
)

# Of more people than this the conversations are looked at, the newest first, instead of the people's.
FEW_CONTACTS = 6000
SAMPLE = 1000


def contacts_like(text: str) -> QuerySet[Contact]:
    """All words in name and email, in any order and case; or the number, however it is written."""
    return _readable().filter(_is_like(text))


def _readable() -> QuerySet[Contact]:
    return Contact.objects.alias(written=written_contact(), digits=phone_digits())


def _is_like(text: str) -> Q:
    words = reduce(and_, (Q(written__regex=contact_pattern(word)) for word in _words(text)))
    return reduce(or_, _numbers(text), words)


def _may_be_like(text: str) -> Q:
    """By the indexes: all who are, and others whose words have the same trigrams."""
    trigrams = {trigram for word in _words(text) for trigram in trigrams_of(word)}
    words = Q(trigrams__contains=sorted(trigrams)) if trigrams else Q()
    return reduce(or_, _numbers(text), words) if trigrams else words


def _words(text: str) -> list[str]:
    """A letter or two count at the beginning of words: an index of trigrams knows nothing shorter."""
    return [word if len(word) > 2 else f" {word}" for word in text.split()[:8]]


def _numbers(text: str) -> list[Q]:
    return [Q(digits__contains=pattern) for pattern in phones.patterns(text)]


def few_like(text: str) -> QuerySet[Contact] | list[UUID]:
    """The ids, unless there are too many. Before the index collects them all it is guessed from a sample.

    Ids of contacts are random: the first ones are as good a sample as any, and always at hand.
    """
    people = contacts_like(text)
    is_like = ExpressionWrapper(_is_like(text), output_field=BooleanField())
    sample = _readable().annotate(is_like=is_like).order_by("pk")[:SAMPLE]
    share = sample.aggregate(number=Count("pk", filter=Q(is_like=True)))["number"] / SAMPLE
    if share * _number_of_contacts() > FEW_CONTACTS:
        return people
    near = people.alias(trigrams=contact_trigrams()).filter(_may_be_like(text))
    few = list(near.values_list("pk", flat=True)[: FEW_CONTACTS + 1])
    return people if len(few) > FEW_CONTACTS else few


def _number_of_contacts() -> float:
    """As the planner knows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'messenger_contact'::regclass")
        return float(cursor.fetchone()[0])
