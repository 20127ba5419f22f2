"""The inbox begins to ask for consent, or asks for another one, while the chat is open."""

from playwright.sync_api import expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault

ASKED = {"consent_required": True, "privacy_text": "I agree to the new rules."}
REFUSED = Fault(400, "invalid", fields={"consent": ["Please agree first."]})


def test_message_waits_for_a_consent_that_is_asked_for_meanwhile(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.bootstrap_answer = dict(ASKED)
    api.faults["send"] = REFUSED
    widget.write("before the new rules")
    box = widget.panel.get_by_role("checkbox", name="I agree to the new rules.")
    expect(widget.mine).to_have_attribute("data-state", "sending")
    box.check()
    widget.panel.get_by_role("button", name="Continue").click()
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert [message["body"] for message in api.messages] == ["before the new rules"]
    assert api.seen("contact")[0]["privacy_text"] == ASKED["privacy_text"]


def test_form_shows_the_words_that_are_asked_for_now(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = ASKED | {"privacy_text": "I agree to the old rules."}
    widget = shop()
    widget.open()
    api.bootstrap_answer = dict(ASKED)
    api.faults["contact"] = Fault(400, "invalid", fields={"consent": ["The rules have changed."]})
    widget.panel.get_by_role("checkbox", name="I agree to the old rules.").check()
    widget.panel.get_by_role("button", name="Continue").click()
    box = widget.panel.get_by_role("checkbox", name="I agree to the new rules.")
    expect(box).not_to_be_checked()
    box.check()
    widget.panel.get_by_role("button", name="Continue").click()
    expect(widget.panel.get_by_role("textbox", name="Message")).to_be_focused()
