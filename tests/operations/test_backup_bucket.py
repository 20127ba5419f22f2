"""Files in an S3-compatible store: looked for, and copied where that is wanted."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.storage import Storage, storages
from django.core.management import CommandError, call_command

from crm import storage_settings
from messenger.models import Attachment
from messenger.services.backup import making, manifest
from tests.files import pdf, png
from tests.operations.databases import Databases
from tests.s3 import BUCKET, s3_server
from tests.visitor import Visitor


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[Storage]:
    with s3_server(monkeypatch):
        settings.STORAGES = settings.STORAGES | {"messenger": storage_settings.attachments_storage(Path())}
        storage: Any = storages["messenger"]
        storage.connection.create_bucket(Bucket=BUCKET)
        monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", storage)
        yield storage


def test_files_stay_in_the_bucket_and_are_looked_for(
    bucket: Storage, databases: Databases, visitor: Visitor, backups: Path
) -> None:
    visitor.send_files({"files": [png(), pdf()]})
    made = making.make(backups)
    assert made.manifest.parts.keys() == {manifest.DATABASE, manifest.LIST}
    assert made.faults == ([], [])
    databases.go_to(databases.new())
    out = io.StringIO()
    call_command("restore_messenger", "--from", str(made.folder), stdout=out)
    assert "missing" not in out.getvalue()


def test_a_file_that_the_bucket_lost_is_told(
    bucket: Storage, databases: Databases, visitor: Visitor, backups: Path
) -> None:
    visitor.send_files({"files": [png(), pdf()]})
    lost = str(Attachment.objects.earliest("pk").file.name)
    bucket.delete(lost)
    with pytest.raises(CommandError, match=f"1 files .*\n  missing: {lost}"):
        call_command("backup_messenger", "--to", str(backups))


def test_they_are_copied_where_that_is_wanted(
    bucket: Storage, databases: Databases, visitor: Visitor, backups: Path
) -> None:
    visitor.send_files({"files": [png(), pdf()]})
    names = [str(row.file.name) for row in Attachment.objects.all()]
    call_command("backup_messenger", "--to", str(backups), "--files", "copy")
    for name in names:
        bucket.delete(name)
    databases.go_to(databases.new())
    out = io.StringIO()
    call_command("restore_messenger", "--from", str(making.whole(backups)[0]), stdout=out)
    assert "Files written: 2." in out.getvalue()
    assert all(bucket.exists(name) for name in names)
