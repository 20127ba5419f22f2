"""Origins as browsers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.origins import normalize_origin

# Letters are named, because the tables of all of Unicode take hypothesis seconds to make.
GARBAGE = "htps:/@.*-_%#?[]\\ \t\n\0Aaz019:яßé１"
labels = st.text("abcxyz019", min_size=1, max_size=12)
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)
origins = st.tuples(st.sampled_from(["http", "https"]), hosts, st.integers(1, 65_535))


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        (" HTTPS://Shop.Example.COM/ ", "https://shop.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("http://shop.example.com:80", "http://shop.example.com"),
        ("http://shop.example.com:443", "http://shop.example.com:443"),
        ("https://shop.example.com:8443", "https://shop.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://магазин.рф", "https://xn--80aairftm.xn--p1ai"),
        ("https://МАГАЗИН.РФ:8443/", "https://xn--80aairftm.xn--p1ai:8443"),
        ("https://xn--80aairftm.xn--p1ai", "https://xn--80aairftm.xn--p1ai"),
        ("https://under_score.example.com", "https://under_score.example.com"),
    ],
)
def test_table(written: str, origin: str) -> None:
    assert normalize_origin(written) == origin
    assert normalize_origin(origin) == origin


@pytest.mark.parametrize(
    "written",
    [
        "",
        "null",
        "*",
        "shop.example.com",
        "//shop.example.com",
        "ftp://shop.example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://shop.example.com/path",
        "https://shop.example.com?query",
        "https://shop.example.com#part",
        "https://user@shop.example.com",
        "https://user:password@shop.example.com",
        "https://@shop.example.com",
        "https://*.example.com",
        "https://shop.example.com:99999",
        "https://shop.example.com:port",
        "https://shop..example.com",
        "https://shop example.com",
        "https://shop\\evil.example.com",
        "https://shop%2eexample.com",
        "https://[::1",
        f"https://{'a' * 64}.example.com",
    ],
)
def test_no_origin(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the caller says it in words)
        normalize_origin(written)


@given(origins)
def test_normal_form_stays_and_differs_where_the_origin_does(parts: tuple[str, str, int]) -> None:
    scheme, host, port = parts
    normal = normalize_origin(f"{scheme.upper()}://{host.upper()}:{port}/")
    assert normalize_origin(normal) == normal
    assert normal.startswith(f"{scheme}://{host}")
    default = {"http": 80, "https": 443}[scheme]
    assert normal.removeprefix(f"{scheme}://{host}") == ("" if port == default else f":{port}")


@given(st.text(GARBAGE, max_size=40), st.sampled_from(["", "https://"]))
def test_garbage_is_refused_by_value_error_only(written: str, scheme: str) -> None:
    try:
        normal = normalize_origin(scheme + written)
    except ValueError:
        return
    assert normalize_origin(normal) == normal
