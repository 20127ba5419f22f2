"""The table of the day, and its place in docs/assignment.md."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path

from tests.simulation.numbers import Numbers, jain

PAGE = Path(__file__).resolve().parents[2] / "docs" / "assignment.md"
BEGIN, END = "<!-- simulation:begin -->\n", "<!-- simulation:end -->\n"


def _wait(waits: Sequence[timedelta]) -> str:
    """Median, the tenth part that waited longest, and the one who waited longest of all."""
    if not waits:
        return "–"
    ranks = [ceil(share * len(waits)) - 1 for share in (0.5, 0.9, 1)]
    return " · ".join(_minutes(waits[rank]) for rank in ranks)


def _minutes(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


_ROWS: Sequence[tuple[str, Callable[[Numbers], str]]] = (
    ("Operators", lambda it: f"{it.operators}"),
    ("Hours online, all together", lambda it: f"{it.hours:.1f}"),
    ("Conversations", lambda it: f"{it.conversations:,}"),
    ("begun outside of working hours", lambda it: f"{it.outside:,}"),
    ("Messages of visitors", lambda it: f"{it.messages:,}"),
    ("Answers", lambda it: f"{it.answers:,}"),
    ("Until an operator had it¹", lambda it: _wait(it.assigned)),
    ("Until the first answer¹", lambda it: _wait(it.answered)),
    ("The same, overnight, from the opening on¹", lambda it: _wait(it.overnight)),
    ("Given on, not opened in time", lambda it: f"{it.events['escalated']}"),
    ("Alerts, nobody left", lambda it: f"{it.events['escalation_failed']}"),
    ("Transferred to the branch", lambda it: f"{it.events['transferred']}"),
    ("Opened again by the visitor", lambda it: f"{it.events['reopened']}"),
    (
        "Conversations per operator and hour, least to most",
        lambda it: f"{min(it.per_hour):.1f} to {max(it.per_hour):.1f}",
    ),
    ("Fairness of these (Jain's index, 1 is equal)", lambda it: f"{jain(it.per_hour):.3f}"),
    ("At midnight: ended", lambda it: f"{it.over:,}"),
    ("with an operator", lambda it: f"{it.with_operator}"),
    ("waiting for the next day", lambda it: f"{it.waiting}"),
)


def table(numbers: Mapping[str, Numbers]) -> str:
    """In Markdown, a column for each branch."""
    lines = [["17 March 2026", *numbers], ["---", *("---:" for _ in numbers)]]
    lines += [[title, *(shown(one) for one in numbers.values())] for title, shown in _ROWS]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def quoted() -> str:
    """The table that the page shows."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip("\n") + "\n"


def quote(text: str) -> None:
    """Puts the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
