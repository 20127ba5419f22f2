"""An export of much: what is read at one moment, in little memory."""

import io
import json
import os
import subprocess
import sys
import threading
import uuid

import pytest
from django.conf import settings
from django.db import connection

from messenger.models import Conversation, Inbox, Message
from messenger.services.privacy import reading
from messenger.services.privacy.export import write_json
from tests.services.privacy.people import Person
from tests.stream.server import database_url

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_comes_meanwhile_is_not_half_in_it(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another connection writes while the export reads: it sees one moment."""
    monkeypatch.setattr(reading, "BATCH", 1)

    def write() -> None:
        try:
            Message.objects.create(conversation=person.conversation, direction="in", body="in between")
        finally:
            connection.close()

    def meanwhile(_count: int) -> None:
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    out = io.BytesIO()
    write_json(person.contact.pk, out, progress=meanwhile)
    assert Message.objects.filter(body="in between").count() == 6
    assert "in between" not in json.dumps(json.loads(out.getvalue()))


MEASURE = """
import re, sys, uuid, django
django.setup()
from messenger.services.privacy.export import write_json
class Nowhere:
    def write(self, data): return len(data)
def peak():  # the kernel's other number, ru_maxrss, begins with the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
write_json(uuid.UUID(sys.argv[1]), Nowhere())
small = peak()
write_json(uuid.UUID(sys.argv[2]), Nowhere())
print(peak() - small)
"""


def test_memory_does_not_grow_with_the_messages(person: Person, inbox: Inbox) -> None:
    """10,000 messages of 10 KB are 100 MB. docs/privacy.md has the number for 100,000."""
    assert inbox.branch
    many = inbox.contacts.create(name="Talker")
    conversation = Conversation.objects.create(inbox=inbox, branch=inbox.branch, contact=many)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messenger_message (conversation_id, direction, body, created_at) "
            "SELECT %s, 'in', repeat('.,;: ', 2000), now() FROM generate_series(1, 10000)",
            [conversation.pk],
        )
    grown = measure(person.contact.pk, many.pk)
    assert grown < 50_000, f"{grown} KB"


def measure(small: uuid.UUID, large: uuid.UUID) -> int:
    """KB by which a process grew that exported the large one after the small one."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(large)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)
