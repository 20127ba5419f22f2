"""Axe finds nothing on the way in: an invitation, the second factor and its codes; at a desk and on a phone."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from scripts.pictures.door import code_of
from tests.e2e.axe import SIZES, found_on
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import Demo, System
from tests.e2e.workspaces import database


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: somebody gets a second factor."""
    own = Demo(tmp_path_factory.mktemp("door"))
    yield own
    own.stop()


def log_in(page: Page, system: System, username: str, password: str) -> None:
    page.goto(f"{system.base_url}/admin/login/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")


def test_an_invitation_and_a_link_that_works_no_more(new_context: NewContext, demo: Demo) -> None:
    page = Operator(new_context(viewport=SIZES[0]), demo).page
    page.goto(f"{demo.base_url}/admin/crm/user/add/")
    page.locator("#id_username").fill(f"new-{uuid.uuid4().hex[:6]}")
    page.locator("#id_branch").select_option(index=1)
    page.locator("[name=_save]").click()
    link = page.locator("#msgr-invitation").inner_text()
    found = {"the link": found_on(page)}
    stranger = new_context(viewport=SIZES[0]).new_page()
    stranger.goto(link)
    found["the invitation"] = found_on(stranger)
    stranger.locator("#id_new_password1").fill("short")
    stranger.locator("#id_new_password2").fill("other")
    stranger.locator("#id_new_password2").press("Enter")
    stranger.locator("[aria-invalid=true], .errorlist, [role=alert]").first.wait_for()
    found["refused"] = found_on(stranger)
    stranger.goto(link.replace(link.rstrip("/").rsplit("/", 1)[-1], "wrong-token"))
    found["a wrong link"] = found_on(stranger)
    assert found == {key: [] for key in found}


def test_the_second_factor(new_context: NewContext, demo: Demo) -> None:
    person = demo.facts["operators"][-1]
    page = new_context(viewport=SIZES[0]).new_page()
    log_in(page, demo, person["username"], person["password"])
    page.goto(f"{demo.base_url}/admin/security/turn-on/")
    page.get_by_label("Your password").fill(person["password"])
    page.get_by_role("button", name="Continue").click()
    page.locator("#msgr-key").wait_for()
    found = {"set-up": found_on(page)}
    page.locator("#id_code").fill(code_of(page.locator("#msgr-key").inner_text()))
    page.get_by_role("button", name="Turn on").click()
    page.locator("#msgr-codes").wait_for()
    found["recovery codes"] = found_on(page)
    page.goto(f"{demo.base_url}/admin/security/")
    found["security"] = found_on(page)
    page.goto(f"{demo.base_url}/admin/security/turn-off/")
    found["turning off"] = found_on(page)
    found |= _at_the_door(new_context(viewport=SIZES[0]).new_page(), demo, person)
    assert found == {key: [] for key in found}


def test_a_password_of_ones_own(new_context: NewContext, demo: Demo) -> None:
    person = demo.facts["operators"][0]
    with database(demo) as connection:
        connection.execute(
            "UPDATE crm_user SET must_change_password = true WHERE username = %s", [person["username"]]
        )
    page = new_context(viewport=SIZES[0]).new_page()
    log_in(page, demo, person["username"], person["password"])
    page.locator("#id_new_password1").wait_for()
    found = {"the page": found_on(page)}
    for field in ("#id_new_password1", "#id_new_password2"):
        page.locator(field).fill(person["password"])
    page.locator("#id_new_password2").press("Enter")
    page.get_by_text("This is the one that you were given").wait_for()
    found["refused"] = found_on(page)
    assert found == {key: [] for key in found}


def _at_the_door(page: Page, demo: Demo, person: dict[str, str]) -> dict[str, list[str]]:
    log_in(page, demo, person["username"], person["password"])
    page.locator("#id_code").wait_for()
    found = {"code": found_on(page)}
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Recovery code").wait_for()
    return found | {"a wrong recovery code": found_on(page)}
