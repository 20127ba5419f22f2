"""Finds messages by their words, notes included.

A word may stand in millions of messages, and an index of words knows no order. So the index has each word once for
every stretch of 32,768 ids, "305 заказ", and they are looked up stretch by stretch, the newest first, until there is
enough: what a search reads depends neither on how common its words are, or words that begin so, nor on how many
messages there are.
"""

import re
from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import Max

from messenger.models import Message
from messenger.models.search_text import STRETCH_BITS

# Where the user may see but few of the conversations that have the words.
MOST_MESSAGES = 5000
AT_ONCE = 1000
MOST_STRETCHES = 64

_LAST_WORD = re.compile(r"(?:^|(?<=\s))\w{2,}$")
_LEXEME = re.compile(r"'((?:[^']|'')*)'")
_START, _STOP = "\x02", "\x03"


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


def newest_hits(words: str) -> Iterator[list[tuple[int, int]]]:
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


def hits_of(words: str, conversations: list[int]) -> list[tuple[int, int]]:
    """As `newest_hits`, of these conversations alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, conversation_id FROM messenger_message WHERE conversation_id = ANY(%s)
            AND to_tsvector('russian', body) @@ %s::tsquery""",
            [conversations, words],
        )
        return sorted(cursor.fetchall(), reverse=True)


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
