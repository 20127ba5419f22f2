"""Only addresses of the public internet may leave, and neighbours share an answer."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.geoip.network import network_of, public_address
from tests.lib.geoip.addresses import NEVER_SENT

PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"]
GARBAGE = "0123456789abcdef.:%/[] \t\0-٠１"


@pytest.mark.parametrize("address", NEVER_SENT)
def test_address_that_is_not_public(address: str) -> None:
    assert public_address(address) is None


@pytest.mark.parametrize(
    ("address", "spelled"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("::FFFF:5DB8:D822", "93.184.216.34"),
        ("2A02:2698:0:0::1", "2a02:2698::1"),
        ("172.32.0.1", "172.32.0.1"),
        ("100.128.0.1", "100.128.0.1"),
    ],
)
def test_public_address_is_spelled_in_one_way(address: str, spelled: str) -> None:
    assert public_address(address) == spelled


@given(st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(network=network)), st.booleans())
def test_private_address_never_passes(address: ipaddress.IPv4Address, is_mapped: bool) -> None:
    assert public_address(f"::ffff:{address}" if is_mapped else str(address)) is None


@given(st.text(GARBAGE, max_size=50))
def test_garbage_passes_only_as_an_address(text: str) -> None:
    address = public_address(text)
    assert address is None or ipaddress.ip_address(address).is_global


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("93.184.216.34", "93.184.216.0/24"),
        ("93.184.217.1", "93.184.217.0/24"),
        ("2a02:2698:8400:1::1", "2a02:2698:8400::/48"),
        ("2a02:2698:8401::1", "2a02:2698:8401::/48"),
    ],
)
def test_network_that_shares_an_answer(address: str, network: str) -> None:
    assert network_of(address) == network
