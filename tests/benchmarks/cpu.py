"""CPU time of programs with all their processes, those that ended as well: utime + stime of /proc/PID/stat."""

import contextlib
from collections.abc import Mapping

import psutil


def cpu_seconds(pid: int) -> float:
    """Of the process and of everything below it; what ended is in the figures of whoever waited for it."""
    total, family = 0.0, psutil.Process(pid)
    for member in (family, *family.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def cpu_of(parts: Mapping[str, int]) -> dict[str, float]:
    """By part, the seconds of its program so far."""
    return {name: cpu_seconds(pid) for name, pid in parts.items()}


def spent_between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in before}
