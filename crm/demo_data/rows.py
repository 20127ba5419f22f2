"""Writes told stories into the database, as the services would have left them."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django.db import connection
from django.db.models import Model
from django.db.models.options import Options

from crm.demo_data.story import Story
from messenger.models import Contact, Conversation, ConversationEvent, Message


class Numbered(Protocol):
    id: int


def write(stories: Sequence[Story]) -> None:
    """Ids follow time, among all conversations: a greater one is a later message."""
    stories = sorted(stories, key=lambda story: story.begun_at)
    lines = sorted((line for story in stories for line in story.lines), key=lambda line: line.at)
    happenings = sorted((what for story in stories for what in story.happenings), key=lambda what: what.at)
    _number(Conversation, stories)
    _number(Message, lines)
    _number(ConversationEvent, happenings)
    _copy(Contact, _contacts(stories))
    _copy(Conversation, map(_conversation, stories))
    _copy(Message, sorted(_messages(stories), key=lambda message: message.pk))
    _copy(ConversationEvent, sorted(_events(stories), key=lambda event: event.pk))


def _contacts(stories: Sequence[Story]) -> list[Contact]:
    """Each once, seen first when their first conversation began and last when they wrote or read."""
    contacts: dict[object, Contact] = {}
    for story in stories:
        contact = contacts.setdefault(story.visitor.contact.pk, story.visitor.contact)
        contact.created_at = contact.created_at or story.begun_at
        contact.last_seen_at = story.last_seen_at
    return list(contacts.values())


def _conversation(story: Story) -> Conversation:
    last = story.lines[-1]
    return Conversation(
        id=story.id,
        inbox=story.inbox,
        branch=story.branch,
        contact=story.visitor.contact,
        status=story.status,
        assignee=story.assignee,
        assignee_assigned_at=story.assigned_at,
        assignee_opened_at=story.assigned_at,
        assignee_last_read_at=story.last_read_at,
        unread_count=story.unread,
        operator_read_up_to=story.lines[story.read - 1].id if story.read else 0,
        last_message_id=last.id,
        last_message_at=last.at,
        waiting_since=story.waiting_since,
        resolved_at=story.resolved_at,
        closed_at=story.closed_at,
        rating_score=story.score,
        rating_comment=story.comment,
        rated_at=story.rated_at,
        page_url=story.page_url,
        referrer=story.referrer,
        locale=story.visitor.lang,
        created_at=story.begun_at,
    )


def _messages(stories: Sequence[Story]) -> Iterable[Message]:
    for story in stories:
        for line in story.lines:
            yield Message(
                id=line.id,
                conversation_id=story.id,
                direction=line.direction,
                body=line.body,
                sender_user=line.sender,
                is_automatic=False,
                created_at=line.at,
                read_at=line.read_at,
            )


def _events(stories: Sequence[Story]) -> Iterable[ConversationEvent]:
    for story in stories:
        for what in story.happenings:
            after = {"after": story.after.id} if what.kind == "started" and story.after else {}
            yield ConversationEvent(
                id=what.id,
                conversation_id=story.id,
                kind=what.kind,
                actor=what.actor,
                data={**what.data, **after},
                created_at=what.at,
            )


def _number(model: type[Model], things: Sequence[Numbered]) -> None:
    """Gives each the next id of the model's table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [_options(model).db_table, len(things)],
        )
        for thing, (number,) in zip(things, cursor.fetchall(), strict=True):
            thing.id = number


def _copy(model: type[Model], rows: Iterable[Model]) -> None:
    """Unlike `bulk_create`, COPY leaves times of creation in the past."""
    options, quote = _options(model), connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in options.concrete_fields)
    statement = f"COPY {quote(options.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in options.concrete_fields
                ]
            )


def _options[M: Model](model: type[M]) -> "Options[M]":
    return model._meta  # noqa: SLF001  (documented by Django as public)
