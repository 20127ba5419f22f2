"""What an inbox asks of its visitors: before the first message, and while nobody is there."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.fake_server import FakeServer
from tests.e2e.widget.widget_page import WidgetPage

REQUIRED = {
    "prechat_fields": {"phone": "optional", "email": "required", "name": "required"},
    "prechat_required": True,
}
OPTIONAL = {"prechat_fields": {"name": "optional", "email": "optional"}, "prechat_required": False}
CONSENT = {
    "consent_required": True,
    "privacy_text": "I agree to the **rules**.",
    "privacy_url": "https://shop.example/privacy",
}
AWAY = {"offline_mode": True, "offline_message": "Nobody is here.", "details_wanted": ["email"]}


def form(widget: WidgetPage) -> Locator:
    return widget.panel.get_by_role("form", name="Before we start")


def composer(widget: WidgetPage) -> Locator:
    return widget.panel.get_by_role("textbox", name="Message")


def press(widget: WidgetPage, name: str) -> None:
    widget.panel.get_by_role("button", name=name, exact=True).click()


def given(api: FakeApi) -> list[dict[str, object]]:
    return [
        {name: value for name, value in said.items() if name != "headers"} for said in api.seen("contact")
    ]


def test_a_plain_chat_loads_none_of_it(shop: OpenPage) -> None:
    widget = shop()
    urls: list[str] = []
    widget.page.on("request", lambda request: urls.append(request.url.rsplit("/", 1)[-1]))
    widget.open()
    expect(composer(widget)).to_be_focused()
    lazy = {"forms.css", "prechat.js", "details.js", "fields.js", "rating.js", "hours.js", "asked-en.js"}
    assert lazy.isdisjoint(urls)


def test_details_are_asked_before_the_first_message(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = dict(REQUIRED)
    widget = shop()
    widget.open()
    name, email, phone = (form(widget).get_by_label(label) for label in ("Name", "Email", "Phone"))
    expect(widget.panel.get_by_text("How can we help?")).to_be_visible()
    expect(name).to_be_focused()
    for field, kind, autocomplete in (
        (name, "text", "name"),
        (email, "email", "email"),
        (phone, "tel", "tel"),
    ):
        expect(field).to_have_attribute("type", kind)
        expect(field).to_have_attribute("autocomplete", autocomplete)
    expect(composer(widget)).to_be_hidden()
    name.fill("Maria")
    email.fill("maria@shop.example")
    email.press("Enter")
    expect(composer(widget)).to_be_focused()
    expect(form(widget)).to_have_count(0)
    assert given(api) == [{"name": "Maria", "email": "maria@shop.example"}]
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "sent")


def test_mistakes_are_told_at_their_field_before_anything_is_sent(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = REQUIRED | CONSENT
    widget = shop()
    widget.open()
    form(widget).get_by_label("Name").fill("Maria")
    form(widget).get_by_label("Phone").fill("call me")
    press(widget, "Continue")
    email = form(widget).get_by_label("Email")
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description("Please fill this in")
    expect(form(widget).get_by_label("Phone")).to_have_accessible_description("Please check the number")
    expect(form(widget).get_by_role("checkbox")).to_have_accessible_description(
        "Please tick the box to go on"
    )
    email.fill("maria")
    expect(email).to_have_accessible_description("")
    press(widget, "Continue")
    expect(email).to_have_accessible_description("Please check the address")
    assert api.seen("contact") == []


def test_what_the_server_refuses_is_told_and_nothing_typed_is_lost(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.input.fill("half a thought")
    api.bootstrap_answer = dict(REQUIRED)
    widget.page.reload()
    widget.open()
    form(widget).get_by_label("Name").fill("Maria")
    form(widget).get_by_label("Email").fill("maria@nowhere.invalid")
    api.faults["contact"] = Fault(400, "invalid", "Check it.", fields={"email": ["This address is unknown."]})
    press(widget, "Continue")
    email = form(widget).get_by_label("Email")
    expect(email).to_have_accessible_description("This address is unknown.")
    expect(email).to_be_focused()
    # Some more than one: browsers repeat by themselves what was cut.
    fault = api.faults["contact"] = Fault(0, times=99)
    press(widget, "Continue")
    expect(form(widget).get_by_role("alert")).to_have_text("That did not work. Please try again.")
    expect(form(widget).get_by_label("Name")).to_have_value("Maria")
    fault.times = 0
    press(widget, "Continue")
    expect(composer(widget)).to_have_value("half a thought")
    assert given(api)[-1] == {"name": "Maria", "email": "maria@nowhere.invalid"}


@pytest.mark.parametrize("button", ["Skip", "Continue"])
def test_what_is_optional_is_skipped_for_good(shop: OpenPage, api: FakeApi, button: str) -> None:
    api.bootstrap_answer = dict(OPTIONAL)
    widget = shop()
    widget.open()
    expect(form(widget)).to_be_visible()
    press(widget, button)
    expect(composer(widget)).to_be_focused()
    widget.page.reload()
    widget.open()
    expect(composer(widget)).to_be_focused()
    expect(form(widget)).to_have_count(0)
    assert api.seen("contact") == []


def test_a_running_conversation_stays_readable(shop: OpenPage, api: FakeApi) -> None:
    api.write("Is the table in stock?")
    api.bootstrap_answer = dict(REQUIRED)
    widget = shop()
    widget.open()
    api.say("It is.")
    expect(widget.theirs).to_contain_text("It is.")
    expect(widget.theirs).to_be_in_viewport()
    expect(form(widget).get_by_label("Email")).to_be_in_viewport()
    expect(composer(widget)).to_be_hidden()


def test_what_is_optional_does_not_disturb_a_running_conversation(shop: OpenPage, api: FakeApi) -> None:
    api.write("Is the table in stock?")
    api.bootstrap_answer = dict(OPTIONAL)
    widget = shop()
    widget.open()
    expect(composer(widget)).to_be_focused()
    expect(form(widget)).to_have_count(0)


def test_consent_is_given_by_the_visitor_alone(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = dict(CONSENT)
    widget = shop()
    widget.open()
    box = form(widget).get_by_role("checkbox")
    expect(box).not_to_be_checked()
    expect(box).to_have_accessible_name("I agree to the rules. Privacy policy")
    link = form(widget).get_by_role("link", name="Privacy policy")
    expect(link).to_have_attribute("href", "https://shop.example/privacy")
    press(widget, "Continue")
    expect(box).to_be_focused()
    assert api.seen("contact") == []
    box.press("Space")
    press(widget, "Continue")
    expect(composer(widget)).to_be_focused()
    assert given(api) == [{"privacy_text": CONSENT["privacy_text"], "consent": True}]


def test_nothing_unsent_goes_out_before_the_consent(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = Fault(0, times=999)
    widget.write("from before")
    wait_until(lambda: api.seen("send"))
    address = widget.page.url
    widget.page.goto("about:blank")
    api.bootstrap_answer = dict(CONSENT)
    widget.page.goto(address)
    widget.open()
    expect(form(widget)).to_be_visible()
    # Only now: a last attempt of the page before may have been under way.
    del api.faults["send"]
    tried = len(api.seen("send"))
    api.say("Good afternoon!")
    expect(widget.theirs).to_have_count(1)
    expect(widget.mine).to_have_attribute("data-state", "sending")
    assert len(api.seen("send")) == tried
    form(widget).get_by_role("checkbox").check()
    press(widget, "Continue")
    expect(widget.mine).to_have_attribute("data-state", "sent")


def test_a_privacy_text_alone_is_a_quiet_line(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = CONSENT | {"consent_required": False, "privacy_url": "javascript:alert(1)"}
    widget = shop()
    widget.open()
    expect(widget.panel.get_by_text("I agree to the rules.")).to_be_visible()
    expect(widget.panel.locator(".msgr-privacy a")).to_have_count(0)
    expect(composer(widget)).to_be_focused()


def test_tab_goes_round_in_the_form_on_a_phone(shop: OpenPage, api: FakeApi, browser: Browser) -> None:
    api.bootstrap_answer = REQUIRED | CONSENT
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, locale="en")
    widget = shop(context.new_page())
    widget.open()
    expect(form(widget)).to_be_visible()
    press(widget, "Continue")
    names = []
    for _ in range(12):
        widget.page.keyboard.press("Tab")
        names.append(
            widget.page.evaluate(
                "() => { const it = document.querySelector('[data-messenger]').shadowRoot.activeElement;"
                " return it && (it.name || it.ariaLabel || it.innerText || it.type); }"
            )
        )
    assert None not in names
    assert {"Close chat", "Messages", "email", "phone", "Continue"} <= set(names)
    assert names[names.index("Continue") + 1] == widget.panel.get_by_role("button").first.get_attribute(
        "aria-label"
    )
    context.close()


def test_escape_closes_from_a_field_and_keeps_what_was_typed(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = dict(REQUIRED)
    widget = shop()
    widget.open()
    form(widget).get_by_label("Name").fill("Maria")
    widget.page.keyboard.press("Escape")
    expect(widget.launcher).to_be_focused()
    widget.open()
    expect(form(widget).get_by_label("Name")).to_have_value("Maria")
    expect(form(widget).get_by_label("Name")).to_be_focused()


def test_while_nobody_is_there_an_address_is_asked_for_after_the_message(
    shop: OpenPage, api: FakeApi
) -> None:
    api.bootstrap_answer = dict(AWAY)
    widget = shop()
    widget.open()
    card = widget.panel.locator(".msgr-card")
    expect(widget.panel.locator(".msgr-notice")).to_have_text("Nobody is here.")
    expect(card).to_be_hidden()
    widget.write("Do you deliver?")
    expect(card).to_contain_text("Leave your email, and we will answer there too")
    card.get_by_role("textbox", name="Email").fill("maria@shop.example")
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("status")).to_have_text("Thank you! We will get back to you.")
    expect(composer(widget)).to_be_focused()
    assert given(api) == [{"email": "maria@shop.example"}]
    widget.page.keyboard.press("Escape")
    widget.open()
    expect(card).to_be_hidden()


def test_an_address_need_not_be_left(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = AWAY | {"details_wanted": ["phone", "email"]}
    api.write("Do you deliver?")
    widget = shop()
    widget.open()
    card = widget.panel.locator(".msgr-card")
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("textbox", name="Email")).to_have_accessible_description("Please fill this in")
    card.get_by_role("button", name="Not now").click()
    expect(card).to_be_hidden()
    expect(composer(widget)).to_be_focused()
    assert api.seen("contact") == []


def test_a_strict_page_with_spoilt_prototypes_gets_its_form(
    shop: OpenPage, api: FakeApi, server: FakeServer
) -> None:
    api.bootstrap_answer = REQUIRED | CONSENT
    policy = "; ".join(f"{name} {server.url}" for name in ("style-src", "connect-src", "img-src"))
    spoil = "Array.prototype.last = 1; Object.prototype.email = () => {};"
    widget = shop(
        body=f"<script nonce='x'>{spoil}</script>",
        policy=f"default-src 'none'; script-src 'nonce-x' {server.url}; {policy} data:",
    )
    widget.open()
    expect(form(widget).get_by_label("Email")).to_have_css("border-radius", "12px")
    press(widget, "Continue")
    expect(form(widget).get_by_label("Name")).to_be_focused()
