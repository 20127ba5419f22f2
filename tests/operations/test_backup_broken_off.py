"""Processes that are killed in between, programs that fail, and files that are not what the database says."""

import io
import shutil
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from messenger.lib import clock
from messenger.management.commands.backup_messenger import INCOMPLETE
from messenger.models import Attachment, Conversation, Message
from messenger.services.backup import database, making, named_files, snapshot
from messenger.services.backup.errors import BackupError
from messenger.services.backup.hashing import NewFile
from messenger.services.backup.making import Made
from tests.files import pdf, png
from tests.operations.databases import Databases
from tests.operations.programs import run, stand_in, started
from tests.visitor import Visitor
from tests.worker.cluster import wait_until

type Strike = Callable[[], Made]

DIES = "kill -9 $PPID"


def left(backups: Path) -> list[str]:
    return sorted(path.name for path in backups.iterdir())


def test_a_killed_one_leaves_no_back_up_and_the_next_clears_up(
    conversation: Conversation, databases: Databases, backups: Path, tmp_path: Path
) -> None:
    killed = run("backup_messenger", "--to", str(backups), "--programs", kills(tmp_path, "pg_dump"))
    assert killed.returncode == -9
    assert [name[:11] for name in left(backups)] == [".messenger-"]
    made = making.make(backups)
    assert left(backups) == [made.folder.name]


def kills(tmp_path: Path, program: str) -> str:
    """Programs that do their work, and whoever called them dies at its end."""
    return str(stand_in(tmp_path / "deadly", program, after=DIES))


def test_one_that_is_told_to_end_clears_up_itself_and_one_at_work_is_left_alone(
    conversation: Conversation, databases: Databases, backups: Path, tmp_path: Path
) -> None:
    slow = stand_in(tmp_path / "slow", "pg_dump", before="exec sleep 60")
    with started("backup_messenger", "--to", str(backups), "--programs", str(slow)) as process:
        wait_until(lambda: any(backups.glob(".messenger-*/database.dump")), "the back-up began")
        with clock.at(clock.now() + timedelta(seconds=1)):
            making.make(backups)
        assert len(left(backups)) == 2
        process.terminate()
        assert process.wait(30) == 143
    assert len(left(backups)) == 1


def test_a_program_that_fails_is_quoted(
    conversation: Conversation, databases: Databases, backups: Path
) -> None:
    broken = stand_in(backups.parent / "broken", "pg_dump", before="echo 'the disk is on fire' >&2; exit 7")
    with pytest.raises(BackupError, match=r"^pg_dump ended with 7: the disk is on fire\.$"):
        making.make(backups, folder_of_programs=broken)
    assert left(backups) == []


def test_a_program_that_is_too_old_for_the_server_is_named(databases: Databases, backups: Path) -> None:
    old = stand_in(backups.parent / "old", "pg_dump", version="15.18 (Debian 15.18-0+deb12u1)")
    with pytest.raises(BackupError) as caught:
        making.make(backups, folder_of_programs=old)
    wanted = database.major()
    assert str(caught.value).startswith(
        f"pg_dump of PostgreSQL {wanted} or newer is needed in {old}, and found was: 15"
    )
    assert f"Install postgresql-client-{wanted}" in str(caught.value)
    assert not backups.exists()


def test_a_restore_that_is_killed_after_its_largest_step_goes_on(
    conversation: Conversation, disaster: Strike, backups: Path, tmp_path: Path
) -> None:
    made = disaster()
    command = ("restore_messenger", "--from", str(made.folder))
    assert run(*command, "--programs", kills(tmp_path, "pg_restore")).returncode == -9
    assert Message.objects.count() == 1
    with pytest.raises(BackupError, match="was broken off: let it finish first"):
        making.make(backups)
    call_command(*command)
    assert database.began_here() is None
    assert Message.objects.count() == 1


def test_a_restore_that_is_killed_before_it_leaves_the_database_empty(
    conversation: Conversation, disaster: Strike, tmp_path: Path
) -> None:
    made = disaster()
    fails = stand_in(tmp_path / "fails", "pg_restore", before="exit 1")
    with pytest.raises(CommandError, match="pg_restore ended with 1: it said nothing"):
        call_command("restore_messenger", "--from", str(made.folder), "--programs", str(fails))
    assert database.some_relations() == []
    call_command("restore_messenger", "--from", str(made.folder))
    assert Message.objects.count() == 1


def test_a_restore_of_another_back_up_does_not_go_on(
    conversation: Conversation, databases: Databases, disaster: Strike, backups: Path
) -> None:
    made = disaster()
    database.begin("0" * 64)
    call_command("restore_messenger", "--from", str(made.folder))
    database.begin("0" * 64)
    with pytest.raises(CommandError, match="another back-up began in this database"):
        call_command("restore_messenger", "--from", str(made.folder))


def test_half_a_file_of_a_killed_restore_is_written_anew(
    visitor: Visitor, disaster: Strike, folder: Path
) -> None:
    visitor.send_files({"files": [png()]})
    content = next(path for path in folder.rglob("*") if path.is_file()).read_bytes()
    made = disaster()
    name = next(named_files.listed(made.folder / "files.txt")).name
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content[:9])
    call_command("restore_messenger", "--from", str(made.folder))
    assert path.read_bytes() == content


def test_lost_and_changed_files_are_told_with_a_status(
    visitor: Visitor, databases: Databases, backups: Path, folder: Path
) -> None:
    visitor.send_files({"files": [png(), pdf(), png(9, 9)]})
    first, second, _third = (
        Path(row.file.path) for row in Attachment.objects.order_by("original_name", "pk")
    )
    first.unlink()
    second.write_bytes(second.read_bytes().swapcase())
    with pytest.raises(CommandError) as caught:
        call_command("backup_messenger", "--to", str(backups))
    assert caught.value.returncode == INCOMPLETE
    assert f"missing: {first.relative_to(folder)}" in str(caught.value)
    assert f"damaged: {second.relative_to(folder)}" in str(caught.value)
    assert len(left(backups)) == 1


def test_a_file_that_went_with_its_row_meanwhile_is_no_fault(
    visitor: Visitor, tmp_path: Path, folder: Path, transactional_db: None
) -> None:
    """Between the copy of the database and that of the files somebody's data is removed."""
    visitor.send_files({"files": [png(), pdf()]})
    with snapshot.taken():
        snapshot.write_names(tmp_path / "files.txt")
    gone = Attachment.objects.earliest("pk")
    gone.file.storage.delete(str(gone.file.name))
    gone.delete()
    with NewFile(tmp_path / "files.tar") as archive:
        assert named_files.copy_all(tmp_path / "files.txt", archive) == ([], [])
    assert named_files.look_for_all(tmp_path / "files.txt") == ([], [])


def test_old_ones_are_removed_and_nothing_else(
    conversation: Conversation, databases: Databases, backups: Path
) -> None:
    made = making.make(backups)
    for name in ("messenger-20200101T000000Z", "messenger-20210101T000000Z"):
        shutil.copytree(made.folder, backups / name)
    foreign, half = backups / "notes", backups / "messenger-20190101T000000Z"
    foreign.mkdir()
    half.mkdir()
    assert making.remove_all_but(backups, 2) == [backups / "messenger-20200101T000000Z"]
    assert len(making.whole(backups)) == 2
    assert foreign.exists()
    assert half.exists()


def test_links_out_of_the_folder_are_refused(disaster: Strike, tmp_path: Path, folder: Path) -> None:
    archive = tmp_path / "evil.tar"
    for name in ("../../evil", "/etc/evil"):
        with tarfile.open(archive, "w") as tar:
            member = tarfile.TarInfo(name)
            member.size = 1
            tar.addfile(member, io.BytesIO(b"x"))
        with pytest.raises(BackupError):
            named_files.put_back(archive)
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("messenger/aa/link")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(BackupError, match="which is no file"):
        named_files.put_back(archive)
    assert not list(folder.iterdir())
