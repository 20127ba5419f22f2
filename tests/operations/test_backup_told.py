"""Whatever goes wrong is one sentence, and nothing half done is left; what was made under load is whole."""

import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from messenger.models import Attachment, Conversation, Message
from messenger.services.backup import making, record
from messenger.services.backup.making import Made
from tests.files import png
from tests.operations.databases import Databases
from tests.outages import database_away
from tests.visitor import Visitor

type Strike = Callable[[], Made]


def refused(command: str, *options: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command(command, *options)
    return str(caught.value)


@contextmanager
def room(size: int) -> Iterator[None]:
    """As on a disk that is full: no file of this process gets larger."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize(
    ("command", "option"), [("backup_messenger", "--to"), ("restore_messenger", "--from")]
)
def test_a_database_that_is_away(command: str, option: str, disaster: Strike) -> None:
    folder = disaster().folder
    before = sorted(folder.iterdir())
    with database_away(OperationalError):
        said = refused(command, option, str(folder))
    assert said.startswith("The database can't be used: connection to server at")
    assert sorted(folder.iterdir()) == before


def test_a_database_without_tables(databases: Databases, backups: Path) -> None:
    databases.go_to(databases.new())
    assert refused("backup_messenger", "--to", str(backups)).startswith(
        "The database can't be used: relation "
    )
    assert list(backups.iterdir()) == []


def test_a_disk_that_is_full(conversation: Conversation, databases: Databases, backups: Path) -> None:
    with room(20_000):
        said = refused("backup_messenger", "--to", str(backups))
    assert said == f"The back-up can't be written to {backups}: File too large."
    assert list(backups.iterdir()) == []
    assert record.last() is None


def test_a_disk_that_is_full_when_files_are_put_back(
    visitor: Visitor, disaster: Strike, folder: Path
) -> None:
    assert visitor.send_files({"files": [png(300, 300)]}).status_code == 201
    made = disaster()
    with room(100):
        assert refused("restore_messenger", "--from", str(made.folder)).startswith(
            "The files can't be written:"
        )
    assert Message._meta.db_table not in connection.introspection.table_names()
    call_command("restore_messenger", "--from", str(made.folder))
    assert len([path for path in folder.rglob("*") if path.is_file()]) == Attachment.objects.count() == 1


def test_a_folder_that_is_a_file(databases: Databases, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused("backup_messenger", "--to", str(tmp_path / "file")).endswith("/file: File exists.")
    assert "can't be read: Not a directory" in refused(
        "restore_messenger", "--check", "--from", str(tmp_path / "file")
    )


def test_the_command_leaves_its_note(conversation: Conversation, databases: Databases, backups: Path) -> None:
    call_command("backup_messenger", "--to", str(backups))
    assert record.last() is not None


def test_what_was_made_while_visitors_write_is_whole(
    visitor: Visitor, databases: Databases, backups: Path, folder: Path, settings: LazySettings
) -> None:
    settings.MESSENGER_CAPTCHA_ENABLED = False
    for what in ("SEND", "UPLOAD"):
        for per in ("ADDRESS", "SESSION"):
            setattr(settings, f"MESSENGER_THROTTLE_{what}_{per}", "")
    stop, sent = threading.Event(), list[int]()

    def write() -> None:
        while not stop.is_set():
            sent.append(visitor.send_files({"files": [png()]}).status_code)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = making.make(backups)
    finally:
        stop.set()
        writer.join()
    assert set(sent) == {201}
    assert made.faults == ([], [])
    databases.go_to(databases.new())
    call_command("restore_messenger", "--from", str(made.folder))
    assert Message.objects.count() == made.manifest.counts["messages"] == Attachment.objects.count()
    assert all((folder / str(row.file.name)).is_file() for row in Attachment.objects.all())
