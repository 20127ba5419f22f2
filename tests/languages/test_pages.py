"""No page of the workplace speaks two languages: what a translation forgot stands out by its letters."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from crm.models import Branch, Region, User
from messenger.models import (
    AgentProfile,
    CannedResponse,
    Contact,
    Conversation,
    ConversationLabel,
    Holiday,
    Inbox,
    Label,
    RoutingRule,
)
from messenger.services.posting import post_from_contact, post_from_operator
from tests.languages.page_words import foreign_words

# Names that are the same in every language, in small letters.
NAMES = frozenset(
    re.findall(
        r"\S+",
        """messenger api url json csv xlsx id ip http https csp nps sha html css php python node javascript js crm
    email e-mail geoip maxmind redis valkey postgresql qr totp tsv xls ods yaml wordpress tilda react rest
    jpeg png gif webp pdf utc ip-api cookie cookies ctrl enter shift esc alt cmd tab excel cron rgb rrggbb
    english eng inbox ru en jpg txt docx zip mp mp4 sso ldap control command mac kwargs cron- ip- asia wpcode
    html- head google tag manager script-src style-src connect-src img-src font-src administrators operators
    remove expired log-in sessions webhook webhooks""",
    )
)
RUSSIAN_NAMES = {"русский", "рус"}
SIMPLE = ["admin:index", "admin:password_change", "messenger-health", "home"]


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_superuser("шеф", "chef@example.com", "a long password", first_name="Ольга")


@pytest.fixture
def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def office(person: User) -> Conversation:
    """Something of everything, named in Russian letters: what is Latin then is nobody's data."""
    branch = Branch.objects.create(name="Пермь")
    region = Region.objects.create(name="Пермский край")
    inbox = Inbox.objects.create(name="Магазин", title="Магазин", greeting="Привет", privacy_text="Согласен")
    Holiday.objects.create(inbox=inbox, date="2026-12-31")
    rule = RoutingRule.objects.create(name="Запад", branch=branch)
    rule.regions.add(region)
    AgentProfile.objects.create(user=person, display_name="Ольга")
    Group.objects.create(name="Стажёры")
    contact = Contact.objects.create(inbox=inbox, name="Мария", region=region, locale="ru")
    conversation = Conversation.objects.create(inbox=inbox, branch=branch, contact=contact)
    label = Label.objects.create(name="Возврат")
    ConversationLabel.objects.create(conversation=conversation, label=label, added_by=person)
    CannedResponse.objects.create(shortcut="привет", text="Добрый день!")
    post_from_contact(
        inbox_id=inbox.pk,
        conversation_id=conversation.pk,
        contact_id=contact.pk,
        body="Где заказ?",
        client_message_id=None,
    )
    post_from_operator(conversation_id=conversation.pk, operator=person, body="В пути")
    return conversation


def addresses(office: Conversation) -> Iterator[str]:
    """Every list and form of the admin, and the pages beside them."""
    for name in SIMPLE:
        yield reverse(name)
    for model, model_admin in admin.site._registry.items():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"admin:{label}_changelist")
        yield from _own(f"admin:{label}_add")
        yield from _own(f"admin:{label}_import")
        yield from _own(f"admin:{label}_export")
        first = _first(model, model_admin)
        if first is not None:
            for page in ("change", "history", "delete"):
                yield from _own(f"admin:{label}_{page}", first.pk)


def _own(name: str, *arguments: Any) -> Iterator[str]:
    try:
        yield reverse(name, args=arguments)
    except NoReverseMatch:
        return


def _first(model: type[Model], model_admin: Any) -> Model | None:
    found: Model | None = model._default_manager.order_by("-pk").first()
    return found


@pytest.mark.usefixtures("clean_redis")
def test_russian_pages_hold_no_english(client_of: Client, office: Conversation) -> None:
    found: dict[str, dict[str, str]] = {}
    for url in addresses(office):
        response = client_of.get(url, headers={"Accept-Language": "ru"}, follow=True)
        if response.status_code == 200 and "html" in response["Content-Type"]:
            words = foreign_words(_shown(response), language="ru", allowed=NAMES)
            if words:
                found[url] = words
        else:
            assert response.status_code in {403, 404, 405}, url
    assert not found, "\n".join(f"{url}: {words}" for url, words in found.items())


def test_english_pages_hold_no_russian(
    administrator_client: Client, conversation: Conversation, operator: User
) -> None:
    post_from_operator(conversation_id=conversation.pk, operator=operator, body="On its way")
    found: dict[str, dict[str, str]] = {}
    for url in addresses(conversation):
        response = administrator_client.get(url, headers={"Accept-Language": "en"}, follow=True)
        if response.status_code == 200 and "html" in response["Content-Type"]:
            words = foreign_words(_shown(response), language="en", allowed=RUSSIAN_NAMES)
            if words:
                found[url] = words
    assert not found, "\n".join(f"{url}: {words}" for url, words in found.items())


def test_strangers_read_their_language_too(db: None) -> None:
    for url in (reverse("admin:login"), "/nothing-here/"):
        for language, allowed in (("ru", NAMES), ("en", RUSSIAN_NAMES)):
            response = Client().get(url, headers={"Accept-Language": language})
            assert not foreign_words(_shown(response), language=language, allowed=allowed)


def test_a_forgotten_word_is_found() -> None:
    html = '<p>Привет</p><button aria-label="Close"><bdi>Anna</bdi></button><script>const a = "Open"</script>'
    assert foreign_words(html, language="ru", allowed=NAMES) == {"Close": "Close"}
    with override("ru"):
        assert foreign_words("<p>Hello мир</p>", language="en", allowed=set()) == {"мир": "Hello мир"}


def _shown(response: Any) -> str:
    html: str = response.content.decode()
    return html
