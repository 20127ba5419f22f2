"""The table that the widget's renderer runs as well."""

import json
from pathlib import Path

import pytest

from messenger.lib.formatting import format_message

CASES = json.loads((Path(__file__).parent.parent / "format_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_table(case: dict[str, str]) -> None:
    assert format_message(case["text"]) == case["html"]
