"""The client's address: proxies are believed as far as they are known, and nobody else is."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.client_address import UNKNOWN, client_address, network_of, parse_networks

TRUSTED = parse_networks(("10.0.0.0/8", "127.0.0.1", "fd00::/8"))
PROXY = "10.0.0.1"

public = st.ip_addresses(v=4, network="198.51.100.0/24").map(str)
# Letters are named, because the tables of all of Unicode take hypothesis seconds to make.
GARBAGE = "0123456789abcdefx.:,;[]%/ \t\0-٠é１"
proxies = st.ip_addresses(v=4, network="10.0.0.0/8").map(str)


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "192.0.2.1", "198.51.100.7"),
        (PROXY, "198.51.100.7", "198.51.100.7"),
        (PROXY, "192.0.2.1, 198.51.100.7", "198.51.100.7"),
        (PROXY, "192.0.2.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
        (PROXY, " 198.51.100.7 ", "198.51.100.7"),
        (PROXY, "198.51.100.7,", PROXY),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "198.51.100.7, nonsense", PROXY),
        (PROXY, "nonsense, 198.51.100.7", "198.51.100.7"),
        (PROXY, "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (PROXY, "198.51.100.7:4711", "198.51.100.7"),
        (PROXY, "[2001:db8::1]:4711", "2001:db8::1"),
        (PROXY, "[2001:db8::1]", "2001:db8::1"),
        (PROXY, "2001:DB8:0::1", "2001:db8::1"),
        (PROXY, "::ffff:198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "192.0.2.1", "198.51.100.7"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("", "198.51.100.7", UNKNOWN),
        ("unix:", "198.51.100.7", UNKNOWN),
    ],
)
def test_table(remote: str, forwarded: str, client: str) -> None:
    assert client_address(remote, forwarded, TRUSTED) == client


def test_nobody_is_believed_without_trusted_proxies() -> None:
    assert client_address("127.0.0.1", "198.51.100.7", ()) == "127.0.0.1"


@given(remote=public, forged=st.text(GARBAGE, max_size=200))
def test_stranger_is_taken_for_nobody_else(remote: str, forged: str) -> None:
    assert client_address(remote, forged, TRUSTED) == remote


@given(forged=st.text(GARBAGE, max_size=100), client=public, hops=st.lists(proxies, max_size=4))
def test_what_a_client_wrote_is_never_looked_at(forged: str, client: str, hops: list[str]) -> None:
    forwarded = ",".join([forged, client, *hops])
    assert client_address(PROXY, forwarded, TRUSTED) == client


@given(remote=st.text(GARBAGE, max_size=60), forwarded=st.text(GARBAGE, max_size=200))
def test_garbage_gives_some_address(remote: str, forwarded: str) -> None:
    ipaddress.ip_address(client_address(remote, forwarded, TRUSTED))


@given(st.ip_addresses(v=6))
def test_ipv6_counts_by_the_customers_network(address: ipaddress.IPv6Address) -> None:
    if address.ipv4_mapped is None:
        network = ipaddress.ip_network(network_of(str(address)))
        assert address in network
        assert network.prefixlen == 64
        neighbour = ipaddress.IPv6Address(int(address) ^ 1)
        assert network_of(str(neighbour)) == str(network)


@given(st.ip_addresses(v=4))
def test_ipv4_counts_by_itself(address: ipaddress.IPv4Address) -> None:
    assert network_of(str(address)) == str(address)


@pytest.mark.parametrize("values", [("10.0.0.0/33",), ("host.example",), ("",)])
def test_malformed_network_is_refused(values: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        parse_networks(values)


def test_network_may_be_named_by_one_of_its_addresses() -> None:
    assert str(parse_networks(("10.1.2.3/8",))[0]) == "10.0.0.0/8"
