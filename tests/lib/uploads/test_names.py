import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.uploads import KNOWN_TYPES, clean_name
from messenger.lib.uploads.names import MAX_LENGTH

types = st.sampled_from([*KNOWN_TYPES, "application/x-unknown"])
nasty = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from('./\\:*?"<>| \t\n\0\u202e\u200b\u200d\u2066\ufeff\u3164\u0301\u212b\u1100\u1161'),
    ),
    max_size=200,
)


@pytest.mark.parametrize(
    ("name", "content_type", "shown"),
    [
        ("Фото у моря.JPG", "image/jpeg", "Фото у моря.JPG"),
        ("../../etc/passwd", "image/png", "passwd.png"),
        ("C:\\Users\\x\\scan.pdf", "application/pdf", "scan.pdf"),
        ("C:\\x", "application/pdf", "x.pdf"),
        ("photo.png", "image/jpeg", "photo.jpg"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
        ("Offer v1.2", "application/pdf", "Offer v1.2.pdf"),
        ("page.html", "text/plain", "page.html.txt"),
        ("evil\u202egnp.exe", "image/png", "evilgnp.exe.png"),
        ("a\u200bb\u200d\ufeff\u2060c\0\x1b.png", "image/png", "abc.png"),
        ("a\r\nSet-Cookie: x.png", "image/png", "a Set-Cookie_ x.png"),
        ('a"; filename="b.png', "image/png", "a_; filename=_b.png"),
        ("", "image/png", "file.png"),
        ("....", "image/png", "file.png"),
        (".png", "image/png", "file.png"),
        (".htaccess", "image/png", "htaccess.png"),
        (" . .a.png . ", "image/png", "a.png"),
        ("a/", "image/png", "file.png"),
        ("\u3164\u200b.png", "image/png", "file.png"),
        ("CON", "image/png", "_CON.png"),
        ("nul.txt.png", "image/png", "_nul.txt.png"),
        ("com1 .png", "image/png", "_com1.png"),
        ("console.png", "image/png", "console.png"),
        ("e\u0301te\u0301.png", "image/png", "\u00e9t\u00e9.png"),
        ("\U0001f600\U0001f3d6\ufe0f.png", "image/png", "\U0001f600\U0001f3d6\ufe0f.png"),
        ("a" * 300 + ".png", "image/png", "a" * 116 + ".png"),
        ("a.jpeg", "image/jpeg", "a.jpeg"),
        ("a", "application/x-unknown", "a.bin"),
    ],
)
def test_name_as_people_see_it(name: str, content_type: str, shown: str) -> None:
    assert clean_name(name, content_type) == shown


@given(nasty, types)
def test_any_name_becomes_harmless(name: str, content_type: str) -> None:
    shown = clean_name(name, content_type)
    assert len(shown) <= MAX_LENGTH
    assert not set(shown) & set('/\\<>:"|?*')
    assert not shown.startswith((".", " "))
    assert unicodedata.is_normalized("NFC", shown)
    assert not any(unicodedata.category(character).startswith("C") for character in shown)
    stem, _, extension = shown.rpartition(".")
    assert stem
    assert extension.lower() in KNOWN_TYPES.get(content_type, ("bin",))


@given(nasty, types)
def test_clean_name_stays_as_it_is(name: str, content_type: str) -> None:
    shown = clean_name(name, content_type)
    assert clean_name(shown, content_type) == shown
