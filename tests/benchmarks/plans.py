"""How PostgreSQL runs the statements of a block: time, what is read, and by which nodes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
        for node in _nodes(plan["Plan"]):
            if "Scan" not in node["Node Type"] or node["Node Type"] in {"Subquery Scan", "CTE Scan"}:
                continue
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            self.rows_read += round(rows * node["Actual Loops"])
            name = node.get("Index Name") or f"{node['Node Type']} {node.get('Relation Name', '')}".strip()
            if name not in self.scans:
                self.scans.append(name)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


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
