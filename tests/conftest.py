"""The people of the tests and the place where they meet."""

import importlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings, settings
from django.db import connection
from django.test import Client
from django.utils import translation
from django_redis import get_redis_connection
from whitenoise.base import StaticFile
from whitenoise.middleware import WhiteNoiseMiddleware

from crm.models import Branch, Region, User
from messenger.models import AgentProfile, Contact, Conversation, Inbox
from messenger.services.posting import post_from_contact
from tests.visitor import Visitor


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """A process looks for its static files when it starts; here each client of a test would do so anew.

    That is hundreds of files, and was most of the time of a test that asks for a page or two.
    """
    found: dict[tuple[str, ...], dict[str, StaticFile]] = {}
    find = WhiteNoiseMiddleware.add_files_from_finders

    def find_once(middleware: WhiteNoiseMiddleware) -> None:
        where = (
            middleware.static_prefix,
            *settings.STATICFILES_FINDERS,
            *map(str, settings.STATICFILES_DIRS),
        )
        if where not in found:
            find(middleware)
            found[where] = dict(middleware.files)
        middleware.files.update(found[where])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(WhiteNoiseMiddleware, "add_files_from_finders", find_once)
        yield


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    get_redis_connection("default").flushdb()


@pytest.fixture(autouse=True)
def ids_of_its_own(request: pytest.FixtureRequest) -> None:
    """Channels are shared by all databases of Redis, and so by tests that run side by side."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        request.getfixturevalue("db")
        with connection.cursor() as cursor:
            first = random.randrange(10**6, 10**12)
            cursor.execute("SELECT setval('messenger_conversation_id_seq', %s)", [first])


@pytest.fixture(autouse=True)
def quick_passwords(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def language_of_its_own() -> None:
    """What a request spoke stays with the thread, for the tests that come after it."""
    translation.deactivate()


def make_user(username: str, branch: Branch | None, **more: Any) -> User:
    return User.objects.create_user(
        username, f"{username}@example.com", "a long password", branch=branch, **more
    )


@pytest.fixture
def yekaterinburg(db: None) -> Branch:
    return Branch.objects.create(name="Yekaterinburg")


@pytest.fixture
def moscow(db: None) -> Branch:
    return Branch.objects.create(name="Moscow")


@pytest.fixture
def perm(db: None) -> Region:
    return Region.objects.create(name="Perm")


@pytest.fixture
def tula(db: None) -> Region:
    return Region.objects.create(name="Tula")


def off_duty(user: User) -> User:
    """Nothing comes to them by itself; the tests of assignment put people on duty."""
    AgentProfile.objects.create(user=user, status=AgentProfile.Status.AWAY)
    return user


@pytest.fixture
def role_groups(db: None) -> None:
    """The migration's groups, which a test with real transactions empties."""
    importlib.import_module("messenger.migrations.0003_groups").make_groups(apps, None)


@pytest.fixture
def operator(yekaterinburg: Branch) -> User:
    """Anna answers in Yekaterinburg."""
    return off_duty(make_user("anna", yekaterinburg, first_name="Anna", last_name="Sergeeva"))


@pytest.fixture
def colleague(yekaterinburg: Branch) -> User:
    """Boris sits beside Anna."""
    return off_duty(make_user("boris", yekaterinburg, first_name="Boris"))


@pytest.fixture
def outsider(moscow: Branch) -> User:
    """Victor answers in Moscow: nothing of Yekaterinburg is his."""
    return off_duty(make_user("victor", moscow, first_name="Victor"))


@pytest.fixture
def administrator(db: None) -> User:
    return make_user("alice", None, first_name="Alice", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def inbox(yekaterinburg: Branch) -> Inbox:
    return Inbox.objects.create(name="Shop", branch=yekaterinburg, greeting="Hello!")


@pytest.fixture
def global_inbox(db: None) -> Inbox:
    return Inbox.objects.create(name="Everywhere")


@pytest.fixture
def contact(inbox: Inbox) -> Contact:
    return Contact.objects.create(inbox=inbox, name="Maria")


@pytest.fixture
def empty_conversation(contact: Contact, yekaterinburg: Branch) -> Conversation:
    """Maria opened the widget and wrote nothing yet."""
    return Conversation.objects.create(inbox=contact.inbox, branch=yekaterinburg, contact=contact)


@pytest.fixture
def conversation(empty_conversation: Conversation) -> Conversation:
    """Maria wrote one message; nobody has answered."""
    post_from_contact(
        inbox_id=empty_conversation.inbox_id,
        conversation_id=empty_conversation.pk,
        contact_id=empty_conversation.contact_id,
        body="Do you deliver to Tagil?",
        client_message_id=None,
    )
    empty_conversation.refresh_from_db()
    return empty_conversation


@pytest.fixture
def folder(settings: LazySettings) -> Iterator[Path]:
    """Where attachments are stored: empty before and after."""
    folder = Path(settings.MESSENGER_FILES_ROOT)
    empty(folder)
    yield folder
    empty(folder)


def empty(folder: Path) -> None:
    for kept in folder.iterdir():
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()


@pytest.fixture
def operator_client(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def outsider_client(outsider: User) -> Client:
    client = Client()
    client.force_login(outsider)
    return client


@pytest.fixture
def administrator_client(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def visitor(inbox: Inbox) -> Visitor:
    """A browser that has opened the widget."""
    visitor = Visitor(inbox.widget_token)
    assert visitor.bootstrap().status_code == 200
    return visitor
