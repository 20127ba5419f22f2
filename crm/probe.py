"""Health checks of the containers, `python -m crm.probe /healthz/ready` and `python -m crm.probe worker`.

Without Django, which would take a second of CPU each time, and without the tools of a shell.
"""

import http.client
import os
import sys
from collections.abc import Sequence
from pathlib import Path

PATIENCE_SECONDS = 4
WORKER = b"qcluster"


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m crm.probe PATH | worker\n")
        return 2
    is_well = worker_lives() if arguments[0] == "worker" else answers(arguments[0])
    return 0 if is_well else 1


def answers(path: str, port: int | None = None, address: str = "127.0.0.1") -> bool:
    """Whether the process answers, and not with a fault. One that only has streams knows no such path, and lives."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "localhost"
    port = port or int(os.environ.get("PORT", "8000"))
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_lives(proc: Path = Path("/proc")) -> bool:
    """Whether there is more than the process that was started: its guard, and those who work. Redis may be away."""
    return sum(_is_worker(folder) for folder in proc.glob("[0-9]*")) > 2


def _is_worker(folder: Path) -> bool:
    """Docker's init, before its `--`, has the same words in its command."""
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return WORKER in words and b"--" not in words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
