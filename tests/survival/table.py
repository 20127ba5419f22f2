"""docs/operations/failures.md, as these tests see it: UPDATE_FAILURES=1 writes it, else it is compared."""

import os
from dataclasses import dataclass, field
from enum import StrEnum

from tests.stream.server import ROOT

PAGE = ROOT / "docs" / "operations" / "failures.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
HEAD = (
    "| failure | the visitor's side | the operator's side | the log says | the diagnosis says | lost or doubled "
    "| ends |\n| --- | --- | --- | --- | --- | --- | --- |\n"
)


class Failure(StrEnum):
    """In the order of the table."""

    REDIS_STOPPED = "Redis is killed, and comes back empty"
    REDIS_LATE = "Redis takes a third of a second for each answer"
    REDIS_HANGS = "Redis takes connections and does not answer"
    REDIS_FULL = "Redis is full (`maxmemory` with `noeviction`)"
    DATABASE_RESTARTED = "PostgreSQL is stopped, and started again"
    DATABASE_CRASHED = "PostgreSQL crashes, and recovers"
    DATABASE_TAKEN = "PostgreSQL has no connections left"
    DATABASE_READ_ONLY = "PostgreSQL is read-only"
    WORKER_KILLED = "The worker is killed"
    STREAM_KILLED = "The stream service is killed"
    DISK_FULL = "The disk of attachments is full"
    CLOCK_AHEAD = "The clock of our processes jumps an hour ahead, and returns"
    CLOCK_BACK = "The clock of our processes jumps an hour back, and returns"


@dataclass
class Row:
    failure: Failure
    visitor: dict[str, str] = field(default_factory=dict)
    operator: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    diagnosis: dict[str, str] = field(default_factory=dict)
    lost: str = ""
    recovery: str = ""

    @property
    def line(self) -> str:
        sides = ([f"{what}: {met}" for what, met in side.items()] for side in (self.visitor, self.operator))
        said = [f"`{check}`: {detail}" for check, detail in self.diagnosis.items()]
        cells = ["<br>".join(cell) or "–" for cell in (*sides, self.log, said)]
        return f"| {' | '.join([self.failure, *cells, self.lost, self.recovery])} |"


def settle(row: Row) -> None:
    """Writes the row in its place, or compares it with what stands there."""
    text = PAGE.read_text(encoding="utf-8")
    lines = _lines(text)
    if os.environ.get("UPDATE_FAILURES") == "1":
        lines[row.failure] = row.line
        table = HEAD + "".join(f"{lines[failure]}\n" for failure in Failure if failure in lines)
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}{table}{END}{after}", encoding="utf-8")
    else:
        assert lines.get(row.failure) == row.line, (
            f"{PAGE.name} is out of date (UPDATE_FAILURES=1):\n{row.line}"
        )


def failures_told() -> list[str]:
    return list(_lines(PAGE.read_text(encoding="utf-8")))


def _lines(text: str) -> dict[str, str]:
    """Each row of the table, by its first cell."""
    rows = text.partition(BEGIN)[2].partition(END)[0].splitlines()[2:]
    return {line.removeprefix("| ").partition(" | ")[0]: line for line in rows}
