"""Writes docs/settings.md out of the declarations in crm/settings.py; with --check it only compares."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "settings.md"
KINDS = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "1 or 0",
    "list": "list, by commas",
    "json": "JSON object",
}
HEAD = """# Settings

All settings come from the environment. One that can't be used is reported by `manage.py check` under the id in the
last column, all of them at once, and no server starts with it.

This page is written by `.venv/bin/python scripts/settings_table.py`, out of `crm/settings.py`.
"""
RATES = """
A limit has the form number/period: `5/s`, `60/min`, `1000/hour`, `20000/day`; an empty value turns it off. Behind a
proxy set `MESSENGER_TRUSTED_PROXIES`, or all visitors share the limits of the proxy's address.
"""


def main() -> None:
    page = whole_page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("docs/settings.md is out of date: run scripts/settings_table.py")


def whole_page() -> str:
    declarations = declared()
    limits = [one for one in declarations if one.name.startswith("MESSENGER_THROTTLE_")]
    messenger = [one for one in declarations if one.name.startswith("MESSENGER_") and one not in limits]
    process = [one for one in declarations if not one.name.startswith("MESSENGER_")]
    return (
        f"{HEAD}\n## The process\n\n{table(process)}\n## Messenger\n\n{table(messenger)}"
        f"\n## Limits of the widget API\n{RATES}\n{table(limits)}"
    )


def declared() -> Any:
    """As on a production system: a default that follows another setting is shown as it is there."""
    for name in [name for name in os.environ if name.startswith("MESSENGER_")]:
        del os.environ[name]
    os.environ["DEBUG"] = "0"
    sys.path.insert(0, str(ROOT))
    import crm.settings  # noqa: F401, PLC0415  (declares them)
    from crm.environment import ENVIRONMENT  # noqa: PLC0415

    return ENVIRONMENT.declarations


def table(declarations: Iterable[Any]) -> str:
    head = "| variable | kind | default | what it does | check |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{one.name}` | {KINDS[one.kind]} | {shown(one.default)} | {one.help} | {one.check_id} |\n"
        for one in declarations
    )


def shown(default: object) -> str:
    if isinstance(default, bool):
        return f"`{default:d}`"
    if isinstance(default, float):
        return f"`{default:g}`"
    if default in (None, "", []):
        return "–"
    return f"`{','.join(default) if isinstance(default, list) else default}`"


if __name__ == "__main__":
    main()
