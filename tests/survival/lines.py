"""What the processes write into their logs."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.topology.processes import Process

LOUD = frozenset({"WARNING", "ERROR", "CRITICAL"})
# Of a fault of a few seconds, in one process.
MANY = 6
# What differs from run to run.
_CHANGING = (
    (re.compile(r'"127\.0\.0\.1", port \d+'), "its address"),
    (re.compile(r"\d+(\.\d+)? (s|sec|seconds?|minutes?)\b"), "some time"),
    (re.compile(r"0 tasks? waits?"), "no task waits"),
)


def steady(sentence: str) -> str:
    """Without what differs from run to run."""
    for changing, instead in _CHANGING:
        sentence = changing.sub(instead, sentence)
    return sentence.replace("\xa0", " ").strip()


class Lines:
    """Those that were written since."""

    def __init__(self, processes: Iterable[Process]) -> None:
        self._begun = {process.service: len(process.log) for process in processes}

    def loud(self, process: Process) -> list[str]:
        """Warnings and errors, in their order. None has a traceback, and nothing but lines is there."""
        found = []
        for line in self._all(process):
            assert "error" not in line, line["error"]
            if line["level"] in LOUD:
                found.append(f"{line['level']} {steady(line['message'])}")
        assert len(found) <= MANY, found
        return found

    def _all(self, process: Process) -> Iterator[dict[str, Any]]:
        # A process that was started anew writes from the beginning.
        log, begun = process.log, self._begun[process.service]
        for line in log[begun if begun <= len(log) else 0 :].splitlines():
            assert "Traceback" not in line, line
            if line.startswith("{"):
                yield json.loads(line)
