"""The card beside a conversation, its actions, and colleagues who look at the same time."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.caller import Caller
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import Demo, System

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

type LogIn = Callable[..., Operator]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: who is there and what they have would disturb the other stories."""
    demo = Demo(tmp_path_factory.mktemp("card"))
    yield demo
    demo.stop()


@pytest.fixture
def log_in(new_context: NewContext, demo: Demo) -> LogIn:
    """By user name, with a page of their own."""

    def log_in(username: str, viewport: dict[str, int] = DESK, **options: object) -> Operator:
        people = [demo.facts["admin"], *demo.facts["operators"]]
        person = next(person for person in people if person["username"] == username)
        system = System(demo.base_url, demo.widget_token, person["email"], person["password"])
        return Operator(new_context(viewport=viewport, **options), system)

    return log_in


@pytest.fixture
def caller(demo: Demo) -> Iterator[Caller]:
    with Caller(demo) as caller:
        yield caller


def ask(caller: Caller) -> str:
    question = f"Is it in stock? {uuid.uuid4().hex[:8]}"
    caller.write(question)
    return question


def open_page(caller: Caller, *operators: Operator) -> None:
    """Each has a page of the conversation, with its modules loaded."""
    question = ask(caller)
    for operator in operators:
        operator.show_all()
        operator.open(question)


def in_menu(page: Page, name: str) -> Locator:
    page.get_by_role("button", name="More actions").click()
    return page.locator("#msgr-more").get_by_role("button", name=name)


def test_colleagues_see_each_other(log_in: LogIn, caller: Caller) -> None:
    anna, dmitry = log_in("anna"), log_in("dmitry")
    open_page(caller, anna, dmitry)
    expect(anna.page.locator("#msgr-viewers")).to_have_attribute("title", "Дмитрий Ершов is here too")
    expect(dmitry.page.locator("#msgr-viewers")).to_have_attribute("title", "Анна Соколова is here too")
    anna.input.press_sequentially("Good day")
    expect(dmitry.page.get_by_text("Анна Соколова is writing an answer…")).to_be_visible()
    expect(anna.page.locator("#msgr-colleague-writes")).to_have_text("")
    anna.input.press("Control+Enter")
    expect(dmitry.page.locator("#msgr-colleague-writes")).to_have_text("")
    anna.show_all()
    expect(dmitry.page.locator("#msgr-viewers")).to_have_attribute("title", "")


def test_a_page_asks_rarely(log_in: LogIn, caller: Caller) -> None:
    anna = log_in("anna")
    open_page(caller, anna)
    asked: list[str] = []
    anna.page.on("request", lambda request: asked.append(request.url) if "/looking/" in request.url else None)
    with anna.page.expect_request(lambda request: "/looking/" in request.url, timeout=20_000):
        pass
    assert len(asked) == 1


def test_the_contact_is_corrected_in_place(log_in: LogIn, caller: Caller) -> None:
    anna, dmitry = log_in("anna"), log_in("dmitry")
    open_page(caller, anna, dmitry)
    form = anna.page.get_by_role("form", name="Contact")
    anna.page.locator("#msgr-card").get_by_role("link", name="Edit").click()
    expect(form.get_by_label("Name")).to_be_focused()
    form.get_by_label("Email").fill("nobody")
    form.get_by_label("Email").press("Enter")
    expect(form.get_by_text("Enter a valid email address.")).to_be_visible()
    expect(form.get_by_label("Email")).to_be_focused()
    form.get_by_label("Email").fill("kira@example.com")
    caller.tell(name="Kira", email="other@example.com")
    # What the visitor says meanwhile doesn't disturb who is writing.
    expect(anna.page.locator("[data-msgr-part=title]")).to_have_text("Kira")
    expect(form.get_by_label("Email")).to_have_value("kira@example.com")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Changed meanwhile to “other@example.com”.")).to_be_visible()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(anna.page.locator("#msgr-card").get_by_role("link", name="Edit")).to_be_focused()
    for operator in (anna, dmitry):
        expect(operator.page.get_by_role("link", name="kira@example.com")).to_be_visible()
        expect(operator.page.get_by_text("Анна Соколова corrected the client's email")).to_be_visible()
    expect(anna.page.locator("[data-msgr-part=title]")).to_have_text("Kira")


def test_labels_by_keyboard(log_in: LogIn, demo: Demo, caller: Caller) -> None:
    admin, anna = log_in("admin"), log_in("anna")
    name = f"Ёлки {uuid.uuid4().hex[:6]}"
    admin.page.goto(f"{demo.base_url}/admin/messenger/label/add/")
    admin.page.locator("[name=name]").fill(name)
    admin.page.locator("[name=_save]").click()
    admin.page.wait_for_url("**/admin/messenger/label/")
    open_page(caller, anna, admin)
    field = anna.page.get_by_role("combobox", name="Add a label")
    field.focus()
    field.press_sequentially(name.lower().replace("ё", "е"))
    expect(anna.page.get_by_role("option")).to_have_count(1)
    field.press("Enter")
    for operator in (anna, admin):
        expect(operator.page.locator(".msgr-labels").get_by_text(name)).to_be_visible()
    expect(field).to_be_focused()
    field.press_sequentially(name)
    expect(anna.page.get_by_text("There is no such label.")).to_be_visible()
    field.press("Escape")
    expect(field).to_have_value("")
    admin.page.get_by_role("button", name=f"Remove the label {name}").click()
    expect(anna.page.locator(".msgr-labels").get_by_text(name)).to_have_count(0)


def test_assigned_by_keyboard(log_in: LogIn, caller: Caller) -> None:
    anna, olga = log_in("anna"), log_in("olga")
    open_page(caller, anna, olga)
    button = anna.page.locator(".msgr-actions > form").get_by_role("button", name="Assign")
    button.press("Enter")
    dialog = anna.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Assign").press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Choose who gets it.")
    dialog.get_by_role("radio", name="Ольга Мельникова").press(" ")
    dialog.get_by_role("button", name="Assign").press("Enter")
    expect(anna.page.locator("#msgr-toast")).to_contain_text("Given to Ольга Мельникова.")
    expect(anna.page.locator(".msgr-state")).to_contain_text("Ольга Мельникова answers")
    expect(olga.page.locator(".msgr-state")).to_contain_text("You answer")
    in_menu(olga.page, "Give back to the queue").click()
    expect(olga.page.locator("#msgr-toast")).to_have_text("Given back to the queue.")


def test_blocked_on_a_phone(log_in: LogIn, caller: Caller) -> None:
    anna = log_in("anna", PHONE, has_touch=True)
    open_page(caller, anna)
    page = anna.page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for name in ("Assign", "Close the conversation"):
        expect(in_menu(page, name)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#msgr-more")).to_be_hidden()
    in_menu(page, "Block the client").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Block").click()
    expect(dialog.get_by_role("alert")).to_have_text("Say why, for your colleagues.")
    dialog.get_by_label("Reason").fill("Insults")
    dialog.get_by_label("Close the conversation, too").uncheck()
    dialog.get_by_role("button", name="Block").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".msgr-state")).to_contain_text("blocked")
    expect(page.get_by_text("Анна Соколова blocked the client: “Insults”")).to_be_visible()
    with pytest.raises(Exception, match="403"):
        ask(caller)
    in_menu(page, "Unblock the client").click()
    expect(page.locator("#msgr-toast")).to_have_text("The client can write again.")
    ask(caller)
