"""Where attachments are kept, on disk and in an S3-compatible store, and what is swept away."""

import errno
import os
import stat
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import OperationalError
from django.test import Client

from crm import storage_settings
from messenger.models import Attachment, Message
from messenger.models.attachment import storage_path
from messenger.services import attaching, posting
from messenger.tasks import sweep_files
from tests.files import pdf, png
from tests.s3 import BUCKET, s3_server
from tests.visitor import Visitor

DAY = timedelta(days=1)


def leave_orphan(storage: Storage) -> str:
    """What a process leaves that dies between the file and the row."""
    return storage.save(storage_path(Attachment(id=uuid.uuid4()), ""), ContentFile(b"orphan"))


def age(folder: Path, name: str, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(folder / name, (then, then))


def test_only_files_without_a_row_are_swept_and_only_old_ones(visitor: Visitor, folder: Path) -> None:
    visitor.send_files({"files": [png(), pdf()]})
    kept = [row.file.name or "" for row in Attachment.objects.all()]
    storage = storages["messenger"]
    old, young = leave_orphan(storage), leave_orphan(storage)
    foreign = storage.save("messenger/aa/README", ContentFile(b"not ours"))
    for name in (*kept, old, foreign):
        age(folder, name, 1.01)
    age(folder, young, 0.9)
    assert sweep_files() == "1 files removed"
    assert not storage.exists(old)
    assert all(storage.exists(name) for name in (*kept, young, foreign))
    assert sweep_files() == "0 files removed"


def test_nothing_to_sweep_where_nothing_was_stored(db: None, folder: Path) -> None:
    assert attaching.sweep_orphans(older_than=DAY) == 0


def test_files_are_for_the_owner_alone(visitor: Visitor, folder: Path) -> None:
    visitor.send_files({"files": [png()]})
    path = Path(Attachment.objects.get().file.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_file_and_folder_are_on_the_disk_before_the_row(
    visitor: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
    )
    visitor.send_files({"files": [png()]})
    path = Attachment.objects.get().file.path
    assert synced == [path, str(Path(path).parent)]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """The store that the settings make of MESSENGER_S3_BUCKET, against a server that speaks S3."""
    with s3_server(monkeypatch):
        storage: Any = storages.create_storage(storage_settings.attachments_storage(Path()))
        storage.connection.create_bucket(Bucket=BUCKET)
        monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", storage)
        monkeypatch.setattr(attaching, "attachments_storage", lambda: storage)
        yield storage


def test_s3_keeps_hands_out_and_is_swept(
    visitor: Visitor, bucket: Storage, folder: Path, client: Client
) -> None:
    response = visitor.send_files({"files": [pdf()], "body": "In the cloud"})
    assert response.status_code == 201
    assert not list(folder.iterdir())
    row = Attachment.objects.get()
    assert bucket.exists(row.file.name or "")
    url = response.json()["attachments"][0]["url"]
    answer: Any = client.get(url, headers={"Range": "bytes=1-4"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"PDF-")
    orphan = leave_orphan(bucket)
    assert attaching.sweep_orphans(older_than=DAY) == 0
    assert attaching.sweep_orphans(older_than=-DAY) == 1
    assert not bucket.exists(orphan)
    assert bucket.exists(row.file.name or "")


def test_s3_that_is_away_loses_no_message_and_makes_none(
    visitor: Visitor, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = visitor.send_files({"files": [pdf()]}).json()["attachments"][0]
    bucket.connection.Bucket("attachments").objects.all().delete()
    bucket.connection.Bucket("attachments").delete()
    response = visitor.send_files({"files": [pdf()], "body": "Lost?"})
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert Message.objects.count() == 1
    assert Client().get(shown["url"]).status_code == 404


def test_file_of_a_message_whose_commit_was_not_heard_of_stays(
    visitor: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(**_said: Any) -> None:
        (row,) = _said["files"]
        row.message = Message.objects.create(conversation_id=visitor.conversation_id, direction="in")
        row.save()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as broken:
        broken.setattr(posting, "post_from_contact", post)
        assert visitor.send_files({"files": [pdf()]}).status_code == 503
    row = Attachment.objects.get()
    assert row.file.storage.exists(row.file.name or "")


def test_full_disk_keeps_no_half_files(
    visitor: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert visitor.send_files({"files": [pdf()]}).status_code == 503
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_file_that_is_discarded_meanwhile_does_not_stop_the_sweep(
    folder: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = storages["messenger"]
    gone, old = leave_orphan(storage), leave_orphan(storage)
    age(folder, old, 2)
    told = type(storage).get_modified_time

    def tell(self: Storage, name: str) -> Any:
        if name == gone:
            self.delete(name)
        return told(self, name)

    monkeypatch.setattr(type(storage), "get_modified_time", tell)
    assert attaching.sweep_orphans(older_than=DAY) == 1
