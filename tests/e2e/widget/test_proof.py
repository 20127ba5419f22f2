"""The proof of work that the visitor never sees."""

import hashlib
import string

from playwright.sync_api import BrowserContext, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi
from tests.e2e.widget.fake_captcha import FakeCaptcha
from tests.e2e.widget.fake_server import FakeServer
from tests.e2e.widget.widget_page import WidgetPage

PREFIXES = ["", "salt?expires=1790000000&", "ё" * 20, "a" * 55, "a" * 63, "a" * 64, "b" * 150]
RESTS = ["", "0", "49999", string.ascii_letters, "7"]


def test_our_sha256_is_the_real_one(shop: OpenPage, server: FakeServer) -> None:
    ours = shop().page.evaluate(
        """async ([url, prefixes, rests]) => {
          const { sha256After } = await import(url);
          const hex = (word) => (word >>> 0).toString(16).padStart(8, "0");
          return prefixes.flatMap((prefix) => {
            const digest = sha256After(prefix);
            return rests.map((rest) => Array.from(digest(rest), hex).join(""));
          });
        }""",
        [f"{server.url}/static/messenger/widget/sha256.js", PREFIXES, RESTS],
    )
    real = [hashlib.sha256((prefix + rest).encode()).hexdigest() for prefix in PREFIXES for rest in RESTS]
    assert ours == real


def test_nothing_is_loaded_or_solved_without_a_challenge(
    shop: OpenPage, api: FakeApi, context: BrowserContext
) -> None:
    page = context.new_page()
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    widget = shop(page)
    widget.open()
    send(widget, "hello")
    assert "captcha" not in api.seen("send")[0]
    assert not [url for url in urls if "proof" in url or "work" in url or "sha256" in url]


def test_it_is_solved_in_a_worker(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = FakeCaptcha(maxnumber=50_000, hardest=True)
    widget = shop()
    widget.open()
    with widget.page.expect_event("worker") as started:
        send(widget, "hello")
    assert started.value.url.startswith("blob:")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert widget.page.workers == [], "it is gone when the work is done"


def test_a_worker_that_does_not_load_is_done_without(
    shop: OpenPage, api: FakeApi, context: BrowserContext
) -> None:
    api.captcha = FakeCaptcha()
    context.route("**/proof-worker.js", lambda route: route.abort())
    widget = shop()
    widget.open()
    send(widget, "hello")
    assert api.captcha.accepted == 1


def test_the_challenge_of_the_opening_is_solved_before_sending(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = FakeCaptcha(maxnumber=50_000, hardest=True)
    widget = shop()
    widget.open()
    send(widget, "hello")
    assert len(api.seen("send")) == api.captcha.accepted == 1


def test_a_challenge_in_the_middle_is_solved_and_the_message_repeated(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    send(widget, "before")
    api.captcha = FakeCaptcha()
    widget.write("suspicious")
    expect(widget.panel.locator("[data-state=sent]")).to_have_count(2)
    assert [message["body"] for message in api.messages] == ["before", "suspicious"]
    assert api.captcha.accepted == 1


def test_an_expired_challenge_is_replaced(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = FakeCaptcha()
    widget = shop()
    widget.open()
    api.captcha.expire()
    send(widget, "after a long pause")
    assert len(api.seen("send")) == 2


def test_each_message_has_its_own_solution(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = FakeCaptcha()
    widget = shop()
    widget.open()
    for word in ("one", "two", "three"):
        widget.write(word)
    expect(widget.panel.locator("[data-state=sent]")).to_have_count(3)
    assert api.captcha.accepted == 3
    used = [said["captcha"] for said in api.seen("send") if "captcha" in said]
    assert len(used) == len(set(used)) == 3
    assert [message["body"] for message in api.messages] == ["one", "two", "three"]


def test_a_proof_that_is_never_good_enough_is_told(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = Insatiable()
    widget = shop()
    widget.open()
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "failed")
    expect(widget.mine).to_contain_text("Please try again.")
    assert len(api.seen("send")) <= 5


def test_it_is_solved_under_a_strict_policy_and_while_the_page_lives_on(
    shop: OpenPage, api: FakeApi, server: FakeServer
) -> None:
    """Without a worker: nothing tells the widget beforehand, and the browser reports the attempt."""
    api.captcha = FakeCaptcha(maxnumber=400_000, hardest=True)
    rules = "; ".join(
        f"{name} {server.url}" for name in ("script-src", "style-src", "connect-src", "img-src")
    )
    widget = shop(policy=f"default-src 'none'; {rules} data:; require-trusted-types-for 'script'")
    widget.open()
    widget.page.evaluate(
        """() => {
          window.turns = 0;
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => { window.turns += 1; setTimeout(() => port2.postMessage(0)); };
          port2.postMessage(0);
        }"""
    )
    before = widget.page.evaluate("window.turns")
    send(widget, "hello")
    # In one piece it would leave none but those of the request itself.
    assert widget.page.evaluate("window.turns") - before > 30
    reports = [fault for fault in widget.faults if "worker" in fault.lower() or "TrustedScriptURL" in fault]
    assert widget.faults == reports
    widget.faults.clear()


def test_a_page_that_shows_its_strictness_has_nothing_to_report(shop: OpenPage, api: FakeApi) -> None:
    """`shop` fails where a console tells of something: with a nonce no worker is tried."""
    api.captcha = FakeCaptcha()
    widget = shop(attributes='nonce="abc"')
    widget.open()
    send(widget, "hello")
    assert api.captcha.accepted == 1


def test_a_page_with_spoilt_prototypes_does_not_hinder_it(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = FakeCaptcha()
    spoil = "<script>Array.prototype.last = 1; Object.prototype.captcha = 'x';</script>"
    widget = shop(body=spoil)
    widget.open()
    send(widget, "hello")


class Insatiable(FakeCaptcha):
    def accepts(self, captcha: str | None) -> bool:
        return False


def send(widget: WidgetPage, text: str) -> None:
    widget.write(text)
    expect(widget.mine).to_have_attribute("data-state", "sent")
