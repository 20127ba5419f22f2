"""docs/operations/limits.md says what the code does: each number, and no limit is missing."""

import importlib
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from crm.environment import ENVIRONMENT
from tests.stream.server import ROOT
from tests.topology.compose import FILE, command_of

PAGE = (ROOT / "docs" / "operations" / "limits.md").read_text(encoding="utf-8")
# Words in the name of a setting that limits something.
LIMITING = re.compile(r"THROTTLE|LIMIT|_MAX_|ATTEMPTS|_PER_|CAPTCHA|LOCK_SECONDS|TIMEOUT_SECONDS$")
# How long colleagues have, which stops nobody.
OTHERS = {"MESSENGER_ESCALATION_TIMEOUT_SECONDS", "MESSENGER_PRESENCE_TIMEOUT_SECONDS"}


class Limit(NamedTuple):
    """A row of a table that has a number and says where it is set."""

    default: str
    set_by: str


def limits() -> list[Limit]:
    found = []
    for row in re.findall(r"^\| .* \|$", PAGE, re.MULTILINE):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        spans = [match[1] if (match := re.match(r"`([^`]+)`", cell)) else None for cell in cells]
        for default, set_by in pairwise(spans):
            if default and set_by:
                found.append(Limit(default, set_by))
    return found


def value_of(name: str) -> Any:
    """Of a constant such as `crm.request_body.BODY_SECONDS`."""
    module, _, rest = name.rpartition(".")
    return getattr(importlib.import_module(module), rest)


def written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


SETTINGS = {one.name: one.default for one in ENVIRONMENT.declarations}
CONSTANTS = [limit for limit in limits() if re.fullmatch(r"(crm|messenger)\.[\w.]+", limit.set_by)]
OF_SETTINGS = [limit for limit in limits() if limit.set_by in SETTINGS]


@pytest.mark.parametrize("limit", OF_SETTINGS, ids=lambda limit: limit.set_by)
def test_each_setting_has_its_default(limit: Limit) -> None:
    assert limit.default == written(SETTINGS[limit.set_by])


@pytest.mark.parametrize("limit", CONSTANTS, ids=lambda limit: limit.set_by)
def test_each_constant_has_its_value(limit: Limit) -> None:
    assert limit.default == written(value_of(limit.set_by))


def test_no_setting_that_limits_is_missing() -> None:
    assert len(CONSTANTS) > 30
    wanted = {name for name in SETTINGS if LIMITING.search(name)} - OTHERS
    assert len(wanted) > 25
    assert {name for name in wanted if f"`{name}`" not in PAGE} == set()


def test_no_constant_of_the_doors_is_missing() -> None:
    """Each number in the modules that stand before the application."""
    for name in (
        "crm.request_body",
        "crm.careful_http",
        "crm.response_body",
        "messenger.admin.exchange.reading.limits",
    ):
        module = importlib.import_module(name)
        own = re.findall(
            r"^([A-Z_]+) = \d", Path(str(module.__file__)).read_text(encoding="utf-8"), re.MULTILINE
        )
        missing = [constant for constant in own if f"`{name}.{constant}`" not in PAGE]
        # How they work, and what is theirs alone.
        assert set(missing) <= {"IN_MEMORY", "BLOCK", "PARTS"}


def test_the_proxy_has_the_numbers_that_are_told() -> None:
    caddy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    for text in (
        "{$READ_HEADER:10s}",
        "max_header_size 64KB",
        "{$MAX_UPLOAD:130MB}",
        "max_size 2MB",
        "max_size 1KB",
    ):
        assert text in caddy
    proxy = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]["proxy"]
    assert proxy["environment"]["MAX_UPLOAD"] == "${MAX_UPLOAD:-130MB}"
    command = command_of("web")
    assert command[command.index("--http1-header-read-timeout") + 1] == "15000"


def test_the_largest_form_goes_through_the_proxy() -> None:
    from crm.request_body import BODY_BYTES  # noqa: PLC0415
    from messenger.services.attaching import MAX_FILES  # noqa: PLC0415

    largest = MAX_FILES * SETTINGS["MESSENGER_MAX_FILE_SIZE_MB"] * 1_048_576
    assert largest < 130 * 1_000_000 + BODY_BYTES
