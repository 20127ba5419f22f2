"""Finds conversations by number, by who the client is, and by what was written, notes included.

A word may stand in millions of messages, and an index of words knows no order. So the index has each word once for
every stretch of 32,768 ids, "305 заказ", and they are looked up stretch by stretch, the newest first, until there is
enough: what a search reads depends neither on how common its words are, or words that begin so, nor on how many
messages there are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import batched
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Field,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)

from messenger.lib import phones
from messenger.models import Contact, Message
from messenger.models.conversation import ConversationQuerySet
from messenger.models.search_text import (
    STRETCH_BITS,
    contact_pattern,
    contact_trigrams,
    phone_digits,
    trigrams_of,
    written_contact,
)

LONGEST = 200
# More conversations nobody leafs through: they add a word.
ENOUGH = 500
# Where the user may see but few of the conversations that have the words.
MOST_MESSAGES = 5000
# In no more conversations than this each message is looked at.
FEW_CONVERSATIONS = 200
AT_ONCE = 1000
MOST_STRETCHES = 64
# Of more people than this the conversations are looked at, the newest first, instead of the people's.
FEW_CONTACTS = 6000
SAMPLE = 1000

_NUMBER = re.compile(r"#\s*(\d{1,18})")
_LAST_WORD = re.compile(r"(?:^|(?<=\s))\w{2,}$")
_LEXEME = re.compile(r"'((?:[^']|'')*)'")
_START, _STOP = "\x02", "\x03"


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
    found.contacts = _few_of(text)
    _find_messages(found, text, wanted)
    return found


# --- By who the client is ----------------------------------------------------------------------------------


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


def _few_of(text: str) -> QuerySet[Contact] | list[UUID]:
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


# --- By what was written -----------------------------------------------------------------------------------


def _find_messages(found: Found, text: str, wanted: Sequence[ConversationQuerySet]) -> None:
    found.words = words_of(text)
    if not found.words:
        return
    few = _few(wanted)
    if few is not None:
        _keep(found, _hits_of(found.words, few), wanted)
        return
    seen = 0
    for hits in _hits(found.words):
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


def words_of(text: str) -> str:
    """The text as a query of PostgreSQL; the last word may go on. Empty where all words are too common to count."""
    last = _LAST_WORD.search(text)
    head, tail = (text[: last.start()], last[0]) if last and '"' not in text else (text, "")
    sql = "SELECT websearch_to_tsquery('russian', %s)::text"
    parameters = [head]
    if tail:
        sql = "SELECT (websearch_to_tsquery('russian', %s) && to_tsquery('russian', %s))::text"
        parameters = [head, f"{tail}:*"]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return str(cursor.fetchone()[0])


def _hits(words: str) -> Iterator[list[tuple[int, int]]]:
    """Messages with the words, and their conversations: stretch by stretch, and faster where there are few."""
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"]
    stretch, width = -1 if newest is None else newest >> STRETCH_BITS, 1
    while stretch >= 0:
        oldest = max(stretch - width + 1, 0)
        yield (hits := _hits_in(words, range(oldest, stretch + 1)))
        stretch = oldest - 1
        if len(hits) < AT_ONCE:
            width = min(width * 2, MOST_STRETCHES)


def _hits_in(words: str, stretches: range) -> list[tuple[int, int]]:
    """The newest ones of them, if there are very many.

    Each stretch is a look into the index of its own. Of them all in one query the planner thinks that half of the table
    fits, and reads the table; so it does where it sees the limit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH hit AS MATERIALIZED (
                SELECT message.id, message.conversation_id
                FROM unnest(%s::tsquery[]) stretch JOIN messenger_message message
                    ON messenger_message_text(message.id, message.body) @@ stretch
            ) SELECT id, conversation_id FROM hit ORDER BY id DESC LIMIT %s""",
            [[within_stretch(words, number) for number in stretches], MOST_MESSAGES],
        )
        return list(cursor.fetchall())


def within_stretch(words: str, number: int) -> str:
    """The query as the index has its words; where it says what must not be there it says in which stretch as well."""
    query = _LEXEME.sub(rf"'{number} \1'", words)
    return f"('{number} ' & ({query}))" if "!" in query else f"({query})"


def _hits_of(words: str, conversations: list[int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, conversation_id FROM messenger_message WHERE conversation_id = ANY(%s)
            AND to_tsvector('russian', body) @@ %s::tsquery""",
            [conversations, words],
        )
        return sorted(cursor.fetchall(), reverse=True)


# --- What is shown of it -----------------------------------------------------------------------------------


def excerpts(words: str, messages: Sequence[int]) -> dict[int, list[tuple[str, bool]]]:
    """Of each message the place with the words, as pieces of text and whether they were looked for."""
    if not messages:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, ts_headline('russian', translate(body, %s, ''), %s::tsquery, %s)
            FROM messenger_message WHERE id = ANY(%s)""",
            [
                _START + _STOP,
                words,
                f'StartSel="{_START}", StopSel="{_STOP}", MaxWords=14, MinWords=6',
                list(messages),
            ],
        )
        return {pk: pieces_of(text) for pk, text in cursor.fetchall()}


def pieces_of(text: str) -> list[tuple[str, bool]]:
    text = " ".join(text.replace("**", "").split())
    pieces = re.split(f"({_START}[^{_STOP}]*{_STOP})", text)
    return [(piece.strip(_START + _STOP), piece.startswith(_START)) for piece in pieces if piece]
