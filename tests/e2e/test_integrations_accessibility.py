"""Axe finds nothing on the pages of tokens and on both logs: in Russian, light and dark, at a desk and on a phone."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import SIZES, found_on
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import Demo, System

TOKENS = "/admin/messenger/integrationtoken/"
MAILS = "/admin/messenger/visitormail/"
DELIVERIES = "/admin/messenger/webhookdelivery/"
# Rows of each state, as they are after a month.
FILL = """
import django
django.setup()
from messenger.lib import clock
from messenger.models import Contact, Conversation, VisitorMail, WebhookAttempt, WebhookDelivery
now = clock.now()
known = Contact.objects.exclude(email="").values("pk")
mailed = (
    Conversation.objects.filter(contact__in=known, last_message_id__isnull=False)
    .exclude(pk__in=VisitorMail.objects.values("conversation"))
    .exclude(pk__in=WebhookDelivery.objects.values("conversation"))
    .order_by("-pk")[:4]
)
mailed = list(mailed)
for state, problem, one in zip(
    ("sent", "waiting", "failed", "not_needed"), ("", "TooSlow", "SMTP 550", ""), mailed, strict=True
):
    finished = None if state == "waiting" else now
    VisitorMail.objects.create(conversation=one, from_message_id=1, up_to_message_id=one.last_message_id,
        state=state, attempts=1, problem=problem, finished_at=finished)
for state, one in zip(("delivered", "waiting", "failed"), mailed, strict=False):
    finished = None if state == "waiting" else now
    told = WebhookDelivery.objects.create(inbox=one.inbox, conversation=one, event="conversation.closed",
        conversation_status="closed", conversation_branch=one.branch_id, state=state, finished_at=finished)
    WebhookAttempt.objects.create(delivery=told, at=now, duration_ms=120, url="https://example.com/hook",
        status=200 if state == "delivered" else 500, answer="ok")
print(mailed[0].contact.email, told.pk, VisitorMail.objects.latest("pk").pk)
"""


@pytest.fixture(scope="module")
def filled(system: System) -> list[str]:
    """The address of a client with a mail, and the ids of a delivery and a mail."""
    if not isinstance(system, Demo):
        pytest.skip("needs the demo's database")
    done = subprocess.run(
        [sys.executable, "-c", FILL],
        env=os.environ | system.facts["environment"] | {"DJANGO_SETTINGS_MODULE": "crm.settings"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[-3:]


@pytest.fixture
def page(new_context: NewContext, system: System) -> Page:
    """An administrator's, in Russian."""
    page = Operator(new_context(locale="ru-RU", viewport=SIZES[0]), system).page
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    return page


def test_tokens(page: Page, system: System) -> None:
    found, name = {}, f"Bot {uuid.uuid4().hex[:6]}"
    page.goto(f"{system.base_url}{TOKENS}add/")
    found["new"] = found_on(page)
    page.locator("[name=_save]").click()
    page.locator(".errorlist, [aria-invalid=true]").first.wait_for()
    found["refused"] = found_on(page)
    page.locator("#id_name").fill(name)
    page.locator("#id_acts_as").select_option(index=1)
    page.locator("[name=scopes]").first.check(force=True)
    page.locator("[name=_save]").click()
    page.locator("#msgr-token-try").wait_for()
    found["shown once"] = found_on(page)
    page.goto(f"{system.base_url}{TOKENS}")
    found["list"] = found_on(page)
    page.get_by_role("link", name=name).click()
    page.locator("#id_name").wait_for()
    found["one"] = found_on(page)
    assert found == {key: [] for key in found}


def test_both_logs(page: Page, system: System, filled: list[str]) -> None:
    address, delivery, mail = filled
    paths = {
        "mails": MAILS,
        "mails found": f"{MAILS}?q={address}",
        "a mail": f"{MAILS}{mail}/change/",
        "deliveries": DELIVERIES,
        "a delivery": f"{DELIVERIES}{delivery}/change/",
    }
    found = {}
    for name, path in paths.items():
        response = page.goto(system.base_url + path)
        assert response is not None
        assert response.ok, path
        found[name] = found_on(page)
    assert found == {key: [] for key in found}
