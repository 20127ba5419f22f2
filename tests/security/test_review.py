"""docs/operations/security-review.md names what is there, and forgets no requirement."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REVIEW = (ROOT / "docs/operations/security-review.md").read_text()
TABLE = REVIEW.partition("## Requirement by requirement")[2]
ROW = re.compile(r"^\| (V[^|]+) \| [^|]+ \| (met|partly|no|n/a) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w./-]+/[\w./-]*|docker-compose\.yml|\.\w+(?:\.\w+)?)(?:::(\w+))?`")
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]


def named(text: str) -> list[tuple[str, str]]:
    """Files and folders of ours, and tests in them; addresses begin with a slash."""
    return [(path, test) for path, test in NAMED.findall(text) if not path.startswith("/") and path != "n/a"]


@pytest.mark.parametrize(("path", "test"), sorted(set(named(REVIEW))))
def test_what_it_names_is_there(path: str, test: str) -> None:
    assert (ROOT / path).exists()
    if test:
        assert f"def {test}(" in (ROOT / path).read_text()


def test_each_requirement_stands_there_once() -> None:
    ids = [one for row in ROW.finditer(TABLE) for one in row[1].split(", ")]
    assert len(ids) == len(set(ids))
    assert [sum(one.startswith(f"V{chapter}.") for one in ids) for chapter in range(1, 18)] == CHAPTERS


def test_every_row_is_read() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| V")]
    assert len(rows) == len(ROW.findall(TABLE))


def test_what_is_not_met_is_among_what_is_open() -> None:
    opened = REVIEW.partition("## What is open")[2].partition("## Ways in")[0]
    missing = [one for row in ROW.finditer(TABLE) if row[2] == "no" for one in row[1].split(", ")]
    assert all(one in opened for one in missing)
