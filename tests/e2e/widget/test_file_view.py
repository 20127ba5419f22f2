"""Attachments as they are shown: previews, links, names."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, wait_until
from tests.e2e.widget.fake_files import payload, png
from tests.e2e.widget.fake_server import FakeServer
from tests.e2e.widget.file_steps import FILES_ON, PDF, choose, hold


@pytest.fixture(autouse=True)
def attachments(api: FakeApi) -> None:
    api.bootstrap_answer |= FILES_ON


def test_a_strict_page_shows_previews_too(shop: OpenPage, api: FakeApi, server: FakeServer) -> None:
    own = f"{server.url}/"
    policy = f"default-src 'none'; script-src {own}; style-src {own}; connect-src {own}; img-src {own} data:"
    widget = shop(policy=policy)
    widget.open()
    choose(widget, payload("a.png"))
    expect(widget.picked.locator("canvas")).to_be_visible()
    api.change(hold_uploads=True)
    widget.input.press("Enter")
    expect(widget.mine.locator("canvas")).to_be_visible()
    api.change(hold_uploads=False)
    expect(widget.mine.locator("img")).to_be_visible()


def test_the_own_picture_stays_until_the_stored_one_is_there(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    held = hold(widget.page, "**/attachment/**")
    choose(widget, payload("a.png"))
    widget.input.press("Enter")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    wait_until(lambda: widget.page.evaluate("1") and held)
    expect(widget.mine.locator("canvas")).to_be_visible()
    size = "node => [node.clientWidth, node.clientHeight]"
    before = widget.mine.locator(".msgr-file").evaluate(size)
    held[0].continue_()
    expect(widget.mine.locator("img")).to_be_visible()
    expect(widget.mine.locator("canvas")).to_have_count(0)
    assert widget.mine.locator(".msgr-file").evaluate(size) == before


def test_a_pictures_place_is_kept_while_it_loads(shop: OpenPage, api: FakeApi) -> None:
    api.say("", attachments=[api.attach("wide.png", "image/png", png(600, 300))])
    widget = shop()
    held = hold(widget.page, "**/attachment/**")
    widget.open()
    image = widget.theirs.locator("img")
    wait_until(lambda: widget.page.evaluate("1") and held)
    size = "node => [node.clientWidth, node.clientHeight]"
    before = image.evaluate(size)
    assert before == [248, 124]
    held[0].continue_()
    widget.page.wait_for_function(
        "document.querySelector('[data-messenger]').shadowRoot.querySelector('.msgr-theirs img').complete"
    )
    assert image.evaluate(size) == before
    expect(image).to_have_attribute("loading", "lazy")


def test_an_expired_link_is_asked_for_anew_once(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    stale = api.attach("a.png", "image/png", png())
    api.say("look", attachments=[stale | {"url": stale["url"].replace("first", "old")}])
    expect(widget.theirs.get_by_role("link")).to_contain_text("a.png")
    expect(widget.theirs.locator("img")).to_have_count(0)
    wait_until(lambda: len(api.seen("poll")) == 1)
    api.sign_anew("second")
    api.messages[0]["attachments"][0]["url"] = stale["url"].replace("first", "second")
    api.say("again", attachments=[stale | {"url": stale["url"].replace("first", "old")}])
    expect(widget.theirs.locator("img")).to_have_count(0)
    wait_until(lambda: len(api.seen("poll")) == 2)


def test_a_renewed_link_shows_the_picture(shop: OpenPage, api: FakeApi) -> None:
    api.say("look", attachments=[api.attach("a.png", "image/png", png())])
    widget = shop()
    refused: list[str] = []

    def expire(route: Route) -> None:
        if "first" in route.request.url:
            refused.append(route.request.url)
            api.sign_anew("second")
            route.fulfill(status=403)
        else:
            route.continue_()

    widget.page.route("**/attachment/**", expire)
    widget.open()
    expect(widget.theirs.locator("img")).to_have_js_property("naturalWidth", 640)
    assert len(refused) == 1
    assert "second" in (widget.theirs.get_by_role("link").get_attribute("href") or "")


def test_an_old_link_is_renewed_before_it_is_followed(shop: OpenPage, api: FakeApi) -> None:
    file = api.attach("plan.pdf", "application/pdf", PDF)
    api.say("look", attachments=[file | {"url": file["url"] + "&e=1700000000"}])
    widget = shop()
    widget.open()
    link = widget.theirs.get_by_role("link")
    expect(link).to_have_attribute("href", re.compile("e=1700000000&download=1"))
    api.messages[0]["attachments"] = [file]
    link.hover()
    expect(link).to_have_attribute("href", re.compile("s=first&download=1"))
    assert len(api.seen("poll")) == 1


def test_a_name_can_not_turn_the_text_around(shop: OpenPage, api: FakeApi) -> None:
    name = "invoice\u202egpj.exe"
    api.say("here", attachments=[api.attach(name, "application/zip", b"PK")])
    widget = shop()
    widget.open()
    expect(widget.theirs.get_by_role("link")).to_have_accessible_name("invoicegpj.exe ZIP · 2 byte")
    long = "very " * 40 + "long.png"
    choose(widget, payload("x\u202egnp.exe.png"), payload(long))
    expect(widget.panel.get_by_role("button", name="Remove xgnp.exe.png")).to_be_visible()
    expect(widget.picked.last.locator("bdi")).to_contain_text("long.png")
    overflow = "node => node.scrollWidth - node.clientWidth"
    assert widget.picked.last.evaluate(overflow) == 0
    assert widget.picked.last.locator(".msgr-file-head").evaluate(overflow) > 0
    expect(widget.picked.last.locator("bdi span").last).to_be_in_viewport(ratio=1)


def test_markup_in_names_stays_text(shop: OpenPage, api: FakeApi) -> None:
    attack = "<img src=x onerror=fail()>.png"
    widget = shop()
    widget.open()
    choose(widget, payload(attack), payload("b.pdf", "application/pdf", PDF))
    expect(widget.picked.first).to_contain_text(attack)
    widget.input.press("Enter")
    expect(widget.mine.locator("img")).to_have_attribute("alt", attack)
    expect(widget.mine.locator("img")).to_have_count(1)


def test_a_history_with_pictures_is_shown_with_them_at_once(shop: OpenPage, api: FakeApi) -> None:
    api.say("look", attachments=[api.attach("a.png", "image/png", png())])
    widget = shop()
    held = hold(widget.page, "**/files.js")
    widget.launcher.click()
    wait_until(lambda: widget.page.evaluate("1") and held)
    expect(widget.panel).to_have_attribute("data-phase", "loading")
    held[0].continue_()
    expect(widget.theirs.locator("img")).to_be_visible()


def test_without_what_shows_them_files_are_links(shop: OpenPage, api: FakeApi) -> None:
    api.say("look", attachments=[api.attach("a.png", "image/png", png())])
    widget = shop()
    widget.page.route("**/files.js", lambda route: route.abort())
    widget.open()
    expect(widget.theirs.get_by_role("link", name="a.png")).to_have_attribute(
        "href", re.compile("/attachment/")
    )
    choose(widget, payload("b.png"))
    expect(widget.panel.locator(".msgr-alert")).to_contain_text("could not be attached")
    widget.page.unroute("**/files.js")
    choose(widget, payload("b.png"))
    expect(widget.picked).to_have_count(1)
    expect(widget.theirs.locator("img")).to_be_visible()
