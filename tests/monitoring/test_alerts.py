"""Each alert fires where it should, and none in a quiet night; asked of Prometheus' own promtool, where that is."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring.situations import MINUTES, QUIET_NIGHT, SITUATIONS, Situation
from tests.stream.server import ROOT

FOLDER = ROOT / "docs" / "operations"
RULES = FOLDER / "alerts.yml"
SCRAPED = ("web", "bodies", "stream")


@pytest.fixture(scope="module")
def promtool() -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("there is no promtool: Debian's package prometheus has it")
    return program


def alerts() -> list[str]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule["alert"] for group in groups for rule in group["rules"]]


def configuration() -> str:
    found = re.search(r"```yaml\n(.*?)```", (FOLDER / "watch.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_each_service_that_answers_is_scraped() -> None:
    jobs = yaml.safe_load(configuration())["scrape_configs"]
    assert [job["job_name"] for job in jobs] == [f"messenger-{name}" for name in SCRAPED]
    assert [job["dns_sd_configs"][0]["names"] for job in jobs] == [[name] for name in SCRAPED]
    assert {job["dns_sd_configs"][0]["port"] for job in jobs} == {8000}


def test_each_alert_is_tried() -> None:
    assert {one.alert for one in SITUATIONS} == set(alerts())


def test_rules_and_configuration_are_well_formed(promtool: str, tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    (tmp_path / "prometheus.yml").write_text(configuration(), "utf-8")
    told = run(promtool, "check", "config", str(tmp_path / "prometheus.yml"))
    assert f"{len(alerts())} rules found" in told


@pytest.mark.parametrize("step", sorted({one.step for one in SITUATIONS}))
def test_a_quiet_night_is_quiet_and_each_trouble_is_told(step: int, promtool: str, tmp_path: Path) -> None:
    tried = [trial(one) for one in (Situation("", {}), *SITUATIONS) if one.step == step]
    file = tmp_path / "tests.yml"
    content = {"rule_files": [str(RULES)], "evaluation_interval": f"{step}m", "tests": tried}
    file.write_text(yaml.safe_dump(content), "utf-8")
    assert "SUCCESS" in run(promtool, "test", "rules", str(file))


def trial(one: Situation) -> dict[str, Any]:
    """At its end its alert fires, and no other."""
    said = {name: value for name, value in (QUIET_NIGHT | one.instead).items() if value is not None}
    times = f"x{one.minutes // one.step}"
    series = [{"series": name, "values": value.replace(f"x{MINUTES}", times)} for name, value in said.items()]
    ask = 'count by (alertname) (ALERTS{alertstate="firing"})'
    expected = {"expr": ask, "eval_time": f"{one.minutes}m", "exp_samples": firing(one.alert)}
    return {
        "name": one.alert or "a quiet night",
        "interval": f"{one.step}m",
        "input_series": series,
        "promql_expr_test": [expected],
    }


def firing(alert: str) -> list[dict[str, Any]]:
    return [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert else []


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
