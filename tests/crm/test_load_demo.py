"""`manage.py load_demo`: what it writes down, that it loads once, and when it refuses."""

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import CommandError, call_command

from crm.models import Branch, Region, User
from messenger.models import (
    AgentProfile,
    Contact,
    Conversation,
    ConversationEvent,
    Inbox,
    Message,
    RoutingRule,
    WorkingHours,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_passwords(settings: LazySettings, monkeypatch: pytest.MonkeyPatch, quick_passwords: None) -> None:
    """Of the kind that the demo makes, only as quick as tests want it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1_000)


def load(output: Path, *options: str) -> dict[str, Any]:
    call_command("load_demo", "--output", str(output), *options, stdout=StringIO())
    written: dict[str, Any] = json.loads(output.read_text("utf-8"))
    return written


@pytest.fixture
def demo(tmp_path: Path) -> dict[str, Any]:
    return load(tmp_path / "demo.json")


def test_a_foreign_inbox_is_left_alone(inbox: Inbox) -> None:
    with pytest.raises(CommandError, match="has inboxes already that the demo did not make"):
        call_command("load_demo", stdout=StringIO())
    assert Inbox.objects.get() == inbox
    assert not Contact.objects.exists()


def test_somebody_of_the_same_name_keeps_their_password(operator: User) -> None:
    before = operator.password
    with pytest.raises(CommandError, match="has users of the demo's names already"):
        call_command("load_demo", stdout=StringIO())
    operator.refresh_from_db()
    assert operator.password == before


def test_force_loads_beside_what_is_there(inbox: Inbox, tmp_path: Path) -> None:
    written = load(tmp_path / "demo.json", "--force")
    assert Inbox.objects.count() == 3
    assert Inbox.objects.get(widget_token=written["widget_token"]).branch_id == written["default_branch_id"]


def test_output_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"can't be written: No such file or directory\.$"):
        call_command("load_demo", "--output", str(tmp_path / "nowhere" / "demo.json"), stdout=StringIO())


def test_writes_tokens_and_logins_that_work(demo: dict[str, Any], tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert Inbox.objects.get(widget_token=demo["widget_token"]).branch_id == demo["default_branch_id"] == 1
    assert Inbox.objects.get(widget_token=demo["global_widget_token"]).is_global
    administrator = authenticate(username=demo["admin"]["email"], password=demo["admin"]["password"])
    assert isinstance(administrator, User)
    assert administrator.has_perm("messenger.change_inbox")
    anna = demo["operators"][0]
    operator = authenticate(username=anna["username"], password=anna["password"])
    assert isinstance(operator, User)
    assert operator.branch is not None
    assert operator.branch.name == anna["branch"]
    assert len({account["password"] for account in [demo["admin"], *demo["operators"]]}) == 9


def test_second_run_changes_nothing(demo: dict[str, Any], tmp_path: Path) -> None:
    models = (
        *(User, AgentProfile, Branch, Region, Inbox, WorkingHours, RoutingRule),
        *(Contact, Conversation, Message, ConversationEvent),
    )
    before = [list(model.objects.order_by("pk").values()) for model in models]
    assert load(tmp_path / "other.json") == demo
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_second_run_knows_what_was_renamed_and_stands_an_inbox_more(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    Inbox.objects.filter(widget_token=demo["widget_token"]).update(name="Renamed", widget_token="regenerated")
    Inbox.objects.create(name="Made in the demo")
    assert load(tmp_path / "other.json")["widget_token"] == "regenerated"
    assert Inbox.objects.count() == 3


def test_second_run_sets_a_changed_password_back(demo: dict[str, Any], tmp_path: Path) -> None:
    user = User.objects.get(username="anna")
    user.set_password("something else")
    user.save()
    assert load(tmp_path / "other.json") == demo
    assert authenticate(username="anna", password=demo["operators"][0]["password"]) == user
