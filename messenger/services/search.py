"""Finds conversations by number, by who the client is, and by what was written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import batched
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Field,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)

from messenger.models import Contact
from messenger.models.conversation import ConversationQuerySet
from messenger.services.search_people import few_like
from messenger.services.search_words import AT_ONCE, MOST_MESSAGES, hits_of, newest_hits, words_of

LONGEST = 200
# More conversations nobody leafs through: they add a word.
ENOUGH = 500
# In no more conversations than this each message is looked at.
FEW_CONVERSATIONS = 200

_NUMBER = re.compile(r"#\s*(\d{1,18})")


@dataclass(slots=True)
class Found:
    """Ids of conversations by number and text; people, unless it were too many; and what to show of the messages.

    `messages` has the newest message that was found, by conversation. `is_capped`: there may be older ones.
    """

    ids: set[int] = field(default_factory=set)
    contacts: QuerySet[Contact] | list[UUID] = field(default_factory=list)
    messages: dict[int, int] = field(default_factory=dict)
    words: str = ""
    is_capped: bool = False

    def parts_of(self, wanted: Sequence[ConversationQuerySet]) -> list[ConversationQuerySet]:
        """Of the conversations those that were found, in parts that overlap.

        What is asked for by a list of ids is asked for once: in parts each id would be looked up and looked at again.
        """
        all_wanted = reduce(or_, wanted)
        named = all_wanted.filter(_is_one_of("id", self.ids))
        if isinstance(self.contacts, list):
            return [all_wanted.filter(_is_one_of("contact_id", self.contacts)), named]
        # As a value, which the planner asks for row by row: a join it would begin at the contacts, with all of them.
        contact = Subquery(self.contacts.filter(pk=OuterRef("contact_id")).values("pk"))
        with_contacts = (
            part.alias(found_contact=contact).filter(found_contact__isnull=False) for part in wanted
        )
        return [*with_contacts, named]


def _is_one_of(column: str, values: Iterable[object]) -> Func:
    """As one array: to read thousands of values one by one takes PostgreSQL twenty milliseconds."""
    kind: Field[Any, Any] = UUIDField() if column == "contact_id" else BigIntegerField()
    array = Value(list(values), ArrayField(kind))
    return Func(
        F(column), array, arg_joiner=" = ANY(", template="(%(expressions)s))", output_field=BooleanField()
    )


def search(text: str, wanted: Sequence[ConversationQuerySet]) -> Found:
    """Among the conversations wanted, given in parts that may overlap."""
    text = text.replace("\0", "").strip()[:LONGEST]
    if number := _NUMBER.fullmatch(text):
        return Found(ids={int(number[1])})
    found = Found()
    if not text:
        return found
    found.contacts = few_like(text)
    _find_messages(found, text, wanted)
    return found


def _find_messages(found: Found, text: str, wanted: Sequence[ConversationQuerySet]) -> None:
    found.words = words_of(text)
    if not found.words:
        return
    few = _few(wanted)
    if few is not None:
        _keep(found, hits_of(found.words, few), wanted)
        return
    seen = 0
    for hits in newest_hits(found.words):
        for some in batched(hits, AT_ONCE):
            seen += len(some)
            _keep(found, some, wanted)
            if len(found.messages) >= ENOUGH or seen >= MOST_MESSAGES:
                found.is_capped = True
                return


def _keep(found: Found, hits: Sequence[tuple[int, int]], wanted: Sequence[ConversationQuerySet]) -> None:
    """`hits` are pairs of message and conversation, the newest message first."""
    newest: dict[int, int] = {}
    for message, conversation in hits:
        newest.setdefault(conversation, message)
    unknown = newest.keys() - found.messages.keys()
    for pk in reduce(or_, wanted).filter(_is_one_of("id", unknown)).values_list("pk", flat=True):
        found.ids.add(pk)
        found.messages.setdefault(pk, newest[pk])


def _few(wanted: Sequence[ConversationQuerySet]) -> list[int] | None:
    """The conversations themselves, where there are no more than that: the operator's own, or what a filter left."""
    ids: set[int] = set()
    for part in wanted:
        ordered = part.order_by("-last_message_at", "-pk").values_list("pk", flat=True)
        ids.update(ordered[: FEW_CONVERSATIONS + 1])
        if len(ids) > FEW_CONVERSATIONS:
            return None
    return list(ids)
