"""How PostgreSQL runs the statements of a block: time, what is read, and by which nodes."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

_READING = ("SELECT", "(SELECT", "WITH")


@dataclass(slots=True)
class Plan:
    """Of all statements together. `rows_read` counts what scans gave or filtered away; `scans` names each once."""

    ms: float = 0
    rows_read: int = 0
    scans: list[str] = field(default_factory=list)

    def add(self, plan: dict[str, Any]) -> None:
        self.ms += plan["Execution Time"]
        for node in nodes(plan["Plan"]):
            if "Scan" not in node["Node Type"] or node["Node Type"] in {"Subquery Scan", "CTE Scan"}:
                continue
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            self.rows_read += round(rows * node["Actual Loops"])
            name = node.get("Index Name") or f"{node['Node Type']} {node.get('Relation Name', '')}".strip()
            if name not in self.scans:
                self.scans.append(name)


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def explained(act: Callable[[], object]) -> Plan:
    """Each statement of `act` that reads is run twice: to be explained, and for its result."""
    plan = Plan()

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(_READING) and "set_config" not in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                plan.add(cursor.cursor.fetchone()[0][0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        act()
    return plan


def process_cpu_ms(pid: int) -> float:
    """CPU of a process so far, as the kernel counts it in nanoseconds: neighbours on the machine don't change it."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def database_cpu_ms(act: Callable[[], object], repeats: int = 3) -> float:
    """CPU of the connection's own process in PostgreSQL for `act`, the median, without helpers beside it."""
    pid = connection.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    spent = []
    for _ in range(repeats):
        before = process_cpu_ms(pid)
        act()
        spent.append(process_cpu_ms(pid) - before)
    return statistics.median(spent)
