"""Texts with places to fill in: a parser that knows two forms and nothing else."""

import pytest

from messenger.lib.placeholders import fill, problems

VALUES = {"contact.name": "Maria", "contact.email": "", "inbox.name": "Shop"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{ contact.name }}!", "Hello Maria!"),
        ("{{contact.name}}, {{  inbox.name  }}", "Maria, Shop"),
        ('Hello {{ contact.email|default:"there" }}!', "Hello there!"),
        ('Hello {{ contact.name | default: "there" }}!', "Hello Maria!"),
        ("Hello {{ contact.email }}!", "Hello!"),
        ("Write to {{ contact.email }} today", "Write to today"),
        ("Dear {{ contact.email }}, welcome", "Dear, welcome"),
        ("({{ contact.email }})", "()"),
        ("{{ contact.email }}, здравствуйте!", "Здравствуйте!"),
        ("Hi.\n{{ contact.email }} write to us", "Hi.\nWrite to us"),
        ("Здравствуйте, {{ contact.email }}! Слушаю.", "Здравствуйте! Слушаю."),
        ("Yours, {{ contact.email }}", "Yours"),
        ("{{ contact.email }}", ""),
        ("{{ contact.email }} {{ contact.email }}", ""),
        ("a {{ contact.email }} {{ contact.email }} b", "a b"),
        ("two  spaces stay", "two  spaces stay"),
        ("no places", "no places"),
        ("{{ unknown }} stays", "{{ unknown }} stays"),
        ("", ""),
    ],
)
def test_filled(text: str, filled: str) -> None:
    assert fill(text, VALUES) == filled


@pytest.mark.parametrize(
    "value", ["{{ inbox.name }}", "\\1 \\g<0>", "<b>", "{% now %}", "\0", "a\n\nb", "  a  b  "]
)
def test_values_are_text_on_one_line(value: str) -> None:
    shown = " ".join(value.replace("\0", "").split())
    assert fill("x {{ contact.name }}.", {"contact.name": value}) == (f"x {shown}." if shown else "x.")


@pytest.mark.parametrize(
    "text", ["Hello {{ contact.name }}", 'x {{ contact.email|default:"you" }} y', "a { b } c"]
)
def test_nothing_wrong(text: str) -> None:
    assert problems(text, VALUES) == ([], [])


@pytest.mark.parametrize(
    ("text", "unknown", "pieces"),
    [
        ("{{ contact.password }}", ["contact.password"], []),
        ("{{ name }} {{ name }}", ["name"], []),
        ("{{ contact.name.__class__ }}", ["contact.name.__class__"], []),
        ("{{ contact.name|upper }}", [], ["{{ contact.name|upper }}"]),
        ('{{ contact.name|default:"a"|safe }}', [], ['{{ contact.name|default:"a"|safe }}']),
        ("{{ contact.name }", [], ["{{ contact.name }"]),
        ("{{ Contact.Name }}", [], ["{{ Contact.Name }}"]),
        ("contact.name }}", [], ["}}"]),
        ("{% load x %}", [], ["{% load x %}"]),
        ("{# note #}", [], ["{#", "#}"]),
        ("{{}}", [], ["{{}}"]),
        ("{{\ncontact.name }}", [], ["{{", "}}"]),
    ],
)
def test_what_could_never_be_filled(text: str, unknown: list[str], pieces: list[str]) -> None:
    assert problems(text, VALUES) == (unknown, pieces)


def test_long_hostile_texts_take_no_time() -> None:
    for text in ("{{" * 50_000, "{{ a" * 20_000, " " * 100_000 + "}}", "{{ contact.email }} " * 5_000):
        fill(text, VALUES)
        problems(text, VALUES)
