"""What the demo prints when it is ready."""

from collections.abc import Mapping
from typing import Any


def announcement(base_url: str, logins: Mapping[str, Any]) -> str:
    """Return the addresses and log-ins, line by line; the last line is `ready`."""
    rows = [
        ("admin", f"{base_url}/admin/"),
        ("widget", f"{base_url}/widget-demo/?token={logins['widget_token']}"),
        ("global widget", f"{base_url}/widget-demo/?token={logins['global_widget_token']}"),
        ("administrator", _login(logins["admin"])),
        *(("operator", _login(operator)) for operator in logins["operators"]),
    ]
    return "".join(f"{name:<15}{text}\n" for name, text in rows) + "ready\n"


def _login(person: Mapping[str, str]) -> str:
    place = f"   {person['branch']}" if "branch" in person else ""
    return f"{person['username']} / {person['password']}{place}"
