"""The dashboard and the alerts ask for numbers that there are, and each number is explained."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils import timezone
from django_q.models import Success
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from crm.monitoring.figures import Figures
from crm.monitoring.metrics import REGISTRY
from messenger.services.backup import record
from messenger.stream import metering

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR, "docs", "operations")
NAME = re.compile(r"\bmessenger_[a-z_]+\b")
PARTS = re.compile(r"_(bucket|sum|count)$")


@pytest.fixture
def families() -> list[Metric]:
    """Of web and stream processes together, while a worker has done something and there is a back-up."""
    assert metering.STREAM_CONNECTED
    now = timezone.now()
    Success.objects.create(
        id="1", name="done", func="messenger.tasks.escalate", started=now, stopped=now, success=True
    )
    assert record.note(begun_at=now, said="made")
    return [*REGISTRY.collect(), *Figures().collect()]


def names(families: list[Metric]) -> set[str]:
    """As queries call them."""
    return {f"{one.name}_total" if one.type == "counter" else one.name for one in families}


def test_each_number_is_explained_and_no_other(families: list[Metric]) -> None:
    page = (FOLDER / "watch.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(messenger_\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted(names(families))


def test_the_dashboard_asks_for_what_there_is(families: list[Metric]) -> None:
    asked = set(expressions(json.loads((FOLDER / "grafana-dashboard.json").read_text())))
    used = {PARTS.sub("", name) for one in asked for name in NAME.findall(one)}
    assert used == names(families), "each number is shown, and none that isn't there"


def test_the_alerts_ask_for_what_there_is(families: list[Metric]) -> None:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert {PARTS.sub("", name) for name in NAME.findall(rule["expr"])} <= names(families)


def test_labels_of_queries_are_those_of_the_numbers(families: list[Metric]) -> None:
    known = {label for one in families for sample in one.samples for label in sample.labels}
    known |= {"endpoint", "method", "status", "what", "per", "kind", "direction", "version"}
    known |= {"le", "job", "instance"}
    text = (FOLDER / "grafana-dashboard.json").read_text() + (FOLDER / "alerts.yml").read_text()
    grouped = {label.strip() for found in re.findall(r"\bby \(([^)]*)\)", text) for label in found.split(",")}
    assert grouped <= known


def test_panels_have_ids_and_places_of_their_own() -> None:
    panels = json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_no_number_is_registered_twice() -> None:
    registry = CollectorRegistry()
    for collector in REGISTRY._collector_to_names:
        registry.register(collector)


def expressions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "expr" in node:
            yield node["expr"]
        for value in node.values():
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)
