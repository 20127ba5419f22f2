"""All the way round: a system with people at work, a back-up, nothing, a restore, and people at work again."""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from crm.models import User
from crm.second_factor import keeping, sealing
from crm.second_factor.codes import new_key
from messenger.models import Attachment, Contact, Conversation, Inbox, Message
from messenger.schedules import TIMETABLE
from messenger.services.backup import making
from messenger.services.backup.making import Made
from tests.conftest import empty
from tests.crm.codes import code_of
from tests.files import PDF, pdf, png
from tests.operations.databases import Databases
from tests.operations.programs import run, stand_in
from tests.visitor import Visitor

WORDS = "Есть доставка в Тагил? Ёлка №1 – 5 м²"

type Strike = Callable[[], Made]


def restore(made: Made, *options: str) -> str:
    out = io.StringIO()
    call_command("restore_messenger", "--from", str(made.folder), *options, stdout=out)
    return out.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows() -> dict[str, list[object]]:
    """Everything in every table, but for what a restore changes on purpose."""
    with connection.cursor() as cursor:
        names = sorted(
            set(connection.introspection.table_names(cursor)) - {"django_q_ormq", "django_q_schedule"}
        )
        found: dict[str, list[object]] = {}
        for name in names:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{name}" t ORDER BY 1')
            found[name] = [row[0] for row in cursor.fetchall()]
    return found


def test_every_row_and_every_byte_comes_back(visitor: Visitor, disaster: Strike, folder: Path) -> None:
    assert visitor.send(WORDS).status_code == 201
    assert visitor.send_files({"body": "смотрите", "files": [png(), pdf("счёт.pdf")]}).status_code == 201
    before, files = rows(), contents(folder)
    told = restore(disaster())
    assert rows() == before
    assert contents(folder) == files
    assert len(files) == 2
    assert (
        f"Restored: {User.objects.count()} users, 1 contacts, 1 conversations, 2 messages, 2 attachments."
        in told
    )
    assert Message.objects.filter(body=WORDS).exists()
    assert Attachment.objects.filter(original_name="счёт.pdf").exists()


def test_the_conversation_goes_on(visitor: Visitor, disaster: Strike, operator_client: Client) -> None:
    visitor.send(WORDS)
    last = Message.objects.latest("pk").pk
    restore(disaster())
    assert visitor.send("Вы ещё здесь?").status_code == 201
    added = Message.objects.latest("pk")
    # Whoever saw messages that were written after the back-up asks for what is newer than those.
    assert added.pk > last + 100_000
    assert Conversation.objects.get().last_message_id == added.pk
    assert [row["body"] for row in visitor.poll(last + 100_000).json()["messages"]] == ["Вы ещё здесь?"]
    page = operator_client.get("/admin/messenger/conversation/")
    assert page.status_code == 200


def test_second_factors_open_and_log_ins_last(
    administrator: User, administrator_client: Client, disaster: Strike
) -> None:
    key = new_key()
    assert keeping.turn_on(administrator, key=key, code=code_of(key))
    administrator_client.force_login(User.objects.get(pk=administrator.pk))
    told = restore(disaster())
    factor = User.objects.get(pk=administrator.pk).second_factor
    assert sealing.unseal(factor.sealed_key, administrator.pk) == key
    assert "Warning" not in told


def test_the_timetable_is_whole_and_the_queue_empty(inbox: Inbox, disaster: Strike) -> None:
    async_task("messenger.tasks.deliver_webhooks")
    Schedule.objects.all().delete()
    made = disaster()
    restore(made)
    assert set(Schedule.objects.values_list("name", flat=True)) == {entry.name for entry in TIMETABLE}
    assert not OrmQ.objects.exists()


def test_many_of_everything(inbox: Inbox, conversation: Conversation, disaster: Strike, folder: Path) -> None:
    Contact.objects.bulk_create([Contact(inbox=inbox, name=f"Клиент {n}") for n in range(3_000)])
    message, digest = Message.objects.get(), hashlib.sha256(PDF).hexdigest()
    for number in range(40):
        row = Attachment(
            message=message, original_name=f"{number}", content_type="application/pdf", size=len(PDF)
        )
        row.sha256 = digest
        row.file.save("", pdf(), save=True)
    told = restore(disaster())
    assert Contact.objects.count() == 3_001
    assert "Files written: 40." in told
    assert len(contents(folder)) == 40


def test_both_commands_as_processes(
    visitor: Visitor, databases: Databases, backups: Path, folder: Path
) -> None:
    """As cron runs them: nothing of the password in any command, and nothing that others may read."""
    visitor.send_files({"body": WORDS, "files": [png()]})
    shim, seen = backups.parent / "programs", backups.parent / "seen"
    stand_in(shim, "pg_dump", before=f'echo "$@" >> {seen}')
    made = run("backup_messenger", "--to", str(backups), "--programs", str(shim))
    assert made.returncode == 0, made.stderr
    password = os.environ["DATABASE_URL"].split(":")[2].partition("@")[0]
    assert password not in seen.read_text()
    kept = making.whole(backups)[0]
    assert [path.stat().st_mode & 0o077 for path in (backups, kept, *kept.iterdir())] == [0] * 6
    empty(folder)
    databases.go_to(databases.new())
    restored = run("restore_messenger", "--from", str(kept))
    assert restored.returncode == 0, restored.stderr
    assert Message.objects.filter(body=WORDS).exists()
    assert len(contents(folder)) == 1
