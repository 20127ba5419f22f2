"""docs/scaling.md names what there is, and its loads follow from what it assumes and measured."""

import re

import pytest
import yaml
from django.apps import apps

from crm.environment import ENVIRONMENT
from tests.stream.server import ROOT
from tests.topology.compose import FILE

PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
WATCHED = (ROOT / "docs" / "operations" / "watch.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", PAGE)
# Of PostgreSQL and PgBouncer, and the servers' own.
FOREIGN = {"SSUBSCRIBE", "SPUBLISH", "PUBLISH", "CROSSSLOT", "GRANIAN_WORKERS", "TMPDIR"}
COUNTS = (10_000, 100_000, 1_000_000)
PARTS = ("bodies", "web", "proxy", "stream", "PostgreSQL", "Valkey")


def table(heading: str) -> list[dict[str, str]]:
    """The rows of the first table below a heading, by the titles of their columns."""
    below = PAGE.partition(f"## {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\|\n)+", below, re.MULTILINE)
    assert lines, f"no table below {heading}"
    titles, _, *rows = (
        [cell.strip() for cell in line.strip("|\n").split("|")] for line in lines[0].splitlines()
    )
    return [dict(zip(titles, row, strict=True)) for row in rows]


def number(cell: str) -> float:
    return float(re.sub(r"[^\d.]", "", cell) or 0)


def test_settings_exist() -> None:
    known = {one.name for one in ENVIRONMENT.declarations} | FOREIGN
    compose = set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text(encoding="utf-8")))
    named = set(re.findall(r"`([A-Z][A-Z0-9_]{3,})(?:=[^`]*)?`", PAGE))
    assert len(named) > 15
    assert named - known - compose == set()


def test_files_exist() -> None:
    paths = [name for name in CODE if re.fullmatch(r"[\w.-]+/[\w./-]*\w/?|[\w-]+\.(py|md|yml)", name)]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
    links = re.findall(r"\]\(([^)#]+)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_numbers_that_are_watched_tables_and_indexes_exist() -> None:
    models = list(apps.get_models())
    known = {model._meta.db_table for model in models}
    known |= {index.name for model in models for index in model._meta.indexes}
    known |= {constraint.name for model in models for constraint in model._meta.constraints}
    for migration in (ROOT / "messenger" / "migrations").glob("*.py"):
        known |= set(re.findall(r"FUNCTION (\w+)", migration.read_text(encoding="utf-8")))
    named = {name for name in CODE if re.fullmatch(r"(messenger|crm|django)_\w+", name)}
    assert {name for name in named if name not in known and f"`{name}`" not in WATCHED} == set()


def test_services_are_those_of_the_deployment() -> None:
    services = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    assert {row["process"].strip("`") for row in table("Kubernetes")} <= set(services)


@pytest.mark.parametrize("visitors", COUNTS)
def test_load_follows_from_the_assumptions(visitors: int) -> None:
    for row in table("What a visitor costs"):
        told = number(row[f"{visitors:,} visitors, a second"])
        assert told == pytest.approx(visitors * number(row["of one, an hour"]) / 3600, rel=0.05), row["act"]


@pytest.mark.parametrize("visitors", COUNTS)
def test_cores_follow_from_the_load_and_the_costs(visitors: int) -> None:
    acts = table("What a visitor costs")
    column = f"{visitors:,} visitors"
    told = {row["cores that are busy"]: number(row[column]) for row in table("How much of each")}
    for part in PARTS:
        busy = sum(number(act[f"{column}, a second"]) * number(act[part]) for act in acts) / 1000
        assert told[part] == pytest.approx(busy, rel=0.1, abs=0.05), part
