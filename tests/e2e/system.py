"""The system under the browser tests: a demo of its own, or one that is deployed already."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 120


@dataclass
class System:
    """Where it is reached and who logs in."""

    base_url: str
    widget_token: str
    username: str
    password: str

    @property
    def demo_page(self) -> str:
        return f"{self.base_url}/widget-demo/?token={self.widget_token}"


def deployed_system() -> System | None:
    """The system that the environment names, as the load balancer's users see it; None where it names none."""
    if "PLAYWRIGHT_BASE_URL" not in os.environ:
        return None
    return System(
        base_url=os.environ["PLAYWRIGHT_BASE_URL"].rstrip("/"),
        widget_token=os.environ["MESSENGER_TEST_WIDGET_TOKEN"],
        username=os.environ["MESSENGER_ADMIN_EMAIL"],
        password=os.environ["MESSENGER_ADMIN_PASSWORD"],
    )


def furnish(folder: Path) -> None:
    """Fills it with what a demo leaves that was started in an empty folder and stopped.

    A dozen modules begin with a demo of their own: to migrate and fill a database takes longer than all the rest of a
    start, so the first one of a run, of whichever worker, does it for all.
    """
    run = folder.parent.parent if "PYTEST_XDIST_WORKER" in os.environ else folder.parent
    template = run / "demo-template"
    with (run / "demo-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            fresh = run / "demo-template.new"
            Demo(fresh, furnished=False).stop()
            fresh.rename(template)
    # With its owners: the database belongs to the account of its server.
    subprocess.run(["cp", "-a", f"{template}/.", str(folder)], check=True)


class Demo(System):
    """`python -m crm.demo` in a folder of its own; can be stopped and started again on the same port."""

    def __init__(self, folder: Path, *, furnished: bool = True, **environment: str) -> None:
        if furnished:
            furnish(folder)
        self.folder = folder
        self._environment = environment
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        facts = self.start()
        super().__init__(
            base_url=facts["base_url"],
            widget_token=facts["widget_token"],
            username=facts["admin"]["email"],
            password=facts["admin"]["password"],
        )
        self.facts = facts

    def start(self) -> dict[str, Any]:
        """Starts it and waits for the line `ready`; what stands in demo.json."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name
            not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATABASE_POOL_SIZE", "LANGUAGE_CODE", "DEBUG"}
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crm.demo", "--port", str(self._port), "--data-dir", str(self.folder)],
            env=environment | self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        printed = []
        for line in self._process.stdout:
            printed.append(line)
            if line.strip() == "ready":
                break
        else:
            raise AssertionError("the demo did not start:\n" + "".join(printed))
        facts: dict[str, Any] = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        self._port = int(facts["base_url"].rpartition(":")[2])
        return facts

    def send(self, name: str, signal_number: int) -> None:
        """To one of the demo's processes: `web`, `worker`."""
        os.kill(self.facts["pids"][name], signal_number)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=START_SECONDS)
        self._process = None
