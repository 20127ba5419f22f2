"""The diagnosis page: for administrators to read, for monitors to ask, whatever is away."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule

from messenger.models import Inbox
from messenger.services.diagnosis import CHECKS
from tests.admin.test_pages import assert_clean
from tests.outages import database_away, redis_away, show_life, stream_service

pytestmark = pytest.mark.django_db

HEALTH = "/settings/messenger/health/"
TOKEN = "token-of-the-monitor"
JSON = {"Accept": "application/json"}
BEARER = JSON | {"Authorization": f"Bearer {TOKEN}"}

ASK_WITHOUT_DATABASE = """
import json
import django
django.setup()
from django.test import Client
answer = Client().get("/settings/messenger/health/", headers={"Authorization": "Bearer token-of-the-monitor"})
print(json.dumps([answer.status_code, answer.json()]))
"""


@pytest.fixture(autouse=True)
def token(settings: LazySettings) -> None:
    settings.MESSENGER_HEALTH_TOKEN = TOKEN
    settings.MESSENGER_GEOIP_ENABLED = False


@pytest.fixture
def well(operator: object, inbox: Inbox) -> Iterator[None]:
    """Nothing is wrong."""
    show_life()
    Schedule.objects.update(next_run=timezone.now())
    with stream_service():
        yield


# Who may see it


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-Health-Token": "wrong"},
        {"X-Health-Token": ""},
        {"X-Health-Token": "ключ".encode().decode("latin-1")},
    ],
)
def test_monitor_without_the_token_is_refused(client: Client, headers: dict[str, str]) -> None:
    response = client.get(HEALTH, headers=JSON | headers)
    assert response.status_code == 401
    assert set(response.json()) == {"detail", "code"}
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("presented", ["", "Bearer", "Bearer None"])
def test_token_that_is_not_set_opens_nothing(client: Client, settings: LazySettings, presented: str) -> None:
    settings.MESSENGER_HEALTH_TOKEN = ""
    headers = {"Authorization": presented, "X-Health-Token": ""}
    assert client.get(HEALTH, headers=JSON | headers).status_code == 401


def test_wrong_token_is_refused_to_administrators_too(administrator_client: Client) -> None:
    assert administrator_client.get(HEALTH, headers={"X-Health-Token": "wrong"}).status_code == 401


def test_operators_are_refused(operator_client: Client) -> None:
    assert operator_client.get(HEALTH).status_code == 403
    response = operator_client.get(HEALTH, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert HEALTH not in operator_client.get("/admin/").content.decode()


def test_administrator_without_the_permission_is_refused(administrator_client: Client) -> None:
    group = Group.objects.get(name="Messenger administrators")
    group.permissions.remove(group.permissions.get(codename="view_inbox"))
    assert administrator_client.get(HEALTH).status_code == 403


def test_anonymous_is_led_to_the_log_in(client: Client) -> None:
    assert client.get(HEALTH)["Location"] == f"/admin/login/?next={HEALTH}"


def test_it_is_for_reading(administrator_client: Client) -> None:
    assert administrator_client.post(HEALTH).status_code == 405


# What a monitor gets


@pytest.mark.parametrize("headers", [BEARER, {"X-Health-Token": TOKEN}, {"Authorization": f"bearer {TOKEN}"}])
def test_monitor_with_the_token_gets_json(client: Client, well: None, headers: dict[str, str]) -> None:
    response = client.get(HEALTH, headers=headers)
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    checks = response.json()["checks"]
    assert list(checks) == [check.name for check in CHECKS]
    assert checks["database"] == {"level": "ok", "detail": "The database answers."}
    assert "no-store" in response["Cache-Control"]


def test_administrator_gets_json_without_a_token(
    administrator_client: Client, well: None, settings: LazySettings
) -> None:
    settings.MESSENGER_HEALTH_TOKEN = ""
    assert administrator_client.get(HEALTH, headers=JSON).json()["status"] == "ok"


def test_warning_is_degraded_and_no_alarm(client: Client, well: None, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    response = client.get(HEALTH, headers=BEARER)
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["messenger"]["level"] == "warning"


def test_global_inbox_without_any_branch_is_an_alarm(client: Client, well: None, global_inbox: Inbox) -> None:
    response = client.get(HEALTH, headers=BEARER)
    assert (response.status_code, response.json()["status"]) == (503, "error")
    assert "Everywhere" in response.json()["checks"]["routing"]["detail"]


def test_nothing_secret_is_told(client: Client, well: None, inbox: Inbox) -> None:
    shown = client.get(HEALTH, headers=BEARER).content.decode()
    for secret in (settings.SECRET_KEY, settings.DATABASE_URL, settings.REDIS_URL, TOKEN, inbox.widget_token):
        assert secret not in shown


# What is away


def test_monitor_is_answered_without_redis(client: Client, well: None, settings: LazySettings) -> None:
    with redis_away(settings):
        response = client.get(HEALTH, headers=BEARER)
    assert response.json()["checks"]["redis"]["level"] == "warning"
    assert "secret" not in response.content.decode()


def test_page_is_shown_without_redis(administrator_client: Client, settings: LazySettings) -> None:
    with redis_away(settings):
        response = administrator_client.get(HEALTH)
    assert response.status_code == 200
    assert "Redis can&#x27;t be reached since" in response.content.decode()


def test_monitor_is_answered_without_the_database(client: Client) -> None:
    with database_away():
        response = client.get(HEALTH, headers=BEARER)
    assert (response.status_code, response.json()["status"]) == (503, "error")
    assert response.json()["checks"]["database"]["level"] == "error"
    assert response.json()["checks"]["redis"]["level"] == "ok"
    assert "10.0.0.7" not in response.content.decode()


def test_people_are_told_that_the_database_is_away(administrator_client: Client) -> None:
    """Nobody knows then who they are."""
    with database_away():
        page = administrator_client.get(HEALTH)
        answer = administrator_client.get(HEALTH, headers=JSON)
    assert (page.status_code, answer.status_code) == (503, 503)
    assert "The database does not answer" in page.content.decode()
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize("pool", ["0", "2"])
def test_monitor_is_answered_within_seconds(pool: str) -> None:
    surroundings = os.environ | {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "DATABASE_POOL_SIZE": pool,
        "MESSENGER_HEALTH_TOKEN": TOKEN,
        "LOG_LEVEL": "CRITICAL",
    }
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", ASK_WITHOUT_DATABASE],
        env=surroundings,
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    status, answer = json.loads(done.stdout)
    assert (status, answer["status"]) == (503, "error")
    assert time.monotonic() - started < 30


# The page


def test_page_shows_all_findings(administrator_client: Client, well: None) -> None:
    shown = assert_clean(administrator_client, HEALTH)
    for check in CHECKS:
        assert f"<h2>{check.title}</h2>" in shown
    assert "All is well." in shown
    assert f'href="{HEALTH}"' in administrator_client.get("/admin/").content.decode()


def test_page_shows_what_is_wrong(administrator_client: Client, well: None, global_inbox: Inbox) -> None:
    shown = assert_clean(administrator_client, HEALTH)
    assert "Something does not work." in shown
    assert "these visitors are refused (503" in shown


def test_page_is_there_while_the_messenger_is_off(
    administrator_client: Client, settings: LazySettings
) -> None:
    settings.MESSENGER_ENABLED = False
    shown = assert_clean(administrator_client, HEALTH)
    assert "The messenger is off" in shown
    assert f'href="{HEALTH}"' in shown
