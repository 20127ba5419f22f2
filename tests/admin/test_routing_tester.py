"""Where would a visitor go? The form beside the routing rules answers with branch and reason."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from crm.models import Branch, Region
from tests.lib.geoip.server import ADDRESS, UNKNOWN, FakeProvider, fake_provider, respond
from tests.rules import make_rule

pytestmark = pytest.mark.django_db

LIST = "/admin/messenger/routingrule/"


@pytest.fixture(autouse=True)
def no_lookups(settings: LazySettings) -> None:
    settings.MESSENGER_GEOIP_ENABLED = False


def try_out(client: Client, **query: Any) -> str:
    response = client.get(LIST, {f"try-{name}": value for name, value in query.items()})
    assert response.status_code == 200
    shown: str = response.content.decode()
    return shown.partition('id="msgr-tester"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"address": "999.1.1.1"}, "Enter a valid IPv4 or IPv6 address."),
        ({"address": "8.8.8.8; DROP"}, "Enter a valid IPv4 or IPv6 address."),
        ({"address": "\0"}, "Enter a valid IPv4 or IPv6 address."),
        ({"region": "999999"}, "Select a valid choice."),
        ({"region": "x"}, "Select a valid choice."),
        ({"region": "", "address": " "}, "Choose a region or write an address."),
    ],
)
def test_nonsense_is_answered_beside_its_field(
    administrator_client: Client, perm: Region, query: dict[str, str], sentence: str
) -> None:
    shown = try_out(administrator_client, **query)
    assert sentence in shown.partition("msgr-field-error")[2]
    assert "msgr-answer" not in shown


def test_region_and_address_together_are_refused(administrator_client: Client, perm: Region) -> None:
    shown = try_out(administrator_client, region=perm.pk, address="8.8.8.8")
    assert "and not both" in shown


def test_region_is_answered_with_branch_and_reason(
    administrator_client: Client, moscow: Branch, perm: Region, tula: Region
) -> None:
    make_rule("Ural", perm, branch=moscow)
    shown = try_out(administrator_client, region=perm.pk)
    assert "The rule “Ural” takes Perm: branch “Moscow”." in shown
    shown = try_out(administrator_client, region=tula.pk)
    assert "Nowhere" in shown
    assert "No rule takes Tula." in shown
    assert "msgr-answer-bad" in shown


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.0.0.1", "10.0.0.1 is not an address of the public internet"),
        ("::1", "::1 is not an address of the public internet"),
        ("::ffff:192.168.0.1", "192.168.0.1 is not an address of the public internet"),
    ],
)
def test_private_address_is_told_apart(
    administrator_client: Client, moscow: Branch, settings: LazySettings, address: str, told: str
) -> None:
    settings.MESSENGER_GEOIP_ENABLED = True
    make_rule("Rest", branch=moscow)
    shown = try_out(administrator_client, address=address)
    assert told in shown
    assert "The region is not known. The rule “Rest” takes the rest: branch “Moscow”." in shown


def test_address_is_not_looked_up_while_geoip_is_off(administrator_client: Client) -> None:
    assert "No address is looked up: GeoIP is off." in try_out(administrator_client, address="8.8.8.8")


@pytest.fixture
def provider(settings: LazySettings) -> Iterator[FakeProvider]:
    with fake_provider() as server:
        settings.MESSENGER_GEOIP_ENABLED = True
        settings.MESSENGER_GEOIP_URL = server.url
        yield server


def test_address_is_looked_up_and_routed(
    administrator_client: Client, provider: FakeProvider, moscow: Branch
) -> None:
    region = Region.objects.create(name="Свердловская область")
    make_rule("Ural", region, branch=moscow)
    shown = try_out(administrator_client, address=ADDRESS)
    assert f"{ADDRESS} is in Свердловская область." in shown
    assert "The rule “Ural” takes Свердловская область: branch “Moscow”." in shown


def test_address_without_a_region_goes_to_the_rest(
    administrator_client: Client, provider: FakeProvider, moscow: Branch
) -> None:
    make_rule("Rest", branch=moscow)
    provider.answer = respond(UNKNOWN)
    shown = try_out(administrator_client, address=ADDRESS)
    assert f"No region was found for {ADDRESS}." in shown
    assert "The rule “Rest” takes the rest: branch “Moscow”." in shown


def test_provider_that_refuses_is_named_as_the_reason(
    administrator_client: Client, provider: FakeProvider
) -> None:
    provider.answer = respond(b"", 429)
    shown = try_out(administrator_client, address=ADDRESS)
    assert "Nothing is looked up at the moment: the provider&#x27;s limit is reached." in shown
