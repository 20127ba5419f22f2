"""CPU time per request of the widget API, summed over web, database and cache (docs/performance.md, W1 to W3).

Run: `.venv/bin/python -m crm.servers run -- .venv/bin/python -m tests.benchmarks.widget_api`
It starts a web server of its own on loopback, sends bounded numbers of requests and stops.
"""

import argparse
import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

PORT = 8391
CLIENTS = 16
TICK = os.sysconf("SC_CLK_TCK")
SERVERS = {
    "granian": ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT), "--workers", "2",
                "--blocking-threads", "2", "--backpressure", "64", "--no-access-log", "crm.wsgi:application"],
    "uvicorn": ["uvicorn", "crm.asgi:application", "--host", "127.0.0.1", "--port", str(PORT), "--no-proxy-headers",
                "--no-access-log", "--log-level", "warning"],
}  # fmt: skip
ENVIRONMENT = {
    "SECRET_KEY": "benchmark" * 8,
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "MESSENGER_ENABLED": "1",
    "MESSENGER_CAPTCHA_BOOTSTRAPS": "1000000/min",
    "MESSENGER_CAPTCHA_MESSAGES": "1000000/min",
    **{
        f"MESSENGER_THROTTLE_{what}_{per}": "1000000/min"
        for what in ("BOOTSTRAP", "SEND", "POLL")
        for per in ("ADDRESS", "SESSION", "INBOX")
    },
}
SETUP = """
from crm.models import Branch
from messenger.models import Inbox
print(Inbox.objects.create(name="Bench", branch=Branch.objects.create(name="Bench")).widget_token)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", choices=SERVERS, default="granian")
    parser.add_argument("--requests", type=int, default=3000)
    options = parser.parse_args()
    environment = os.environ | ENVIRONMENT
    bin_folder = Path(sys.executable).parent
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], check=True, env=environment)
    token = subprocess.run(
        [*manage, "shell", "-v0", "-c", SETUP], check=True, env=environment, capture_output=True, text=True
    ).stdout.split()[-1]
    program, *arguments = SERVERS[options.server]
    with running([str(bin_folder / program), *arguments], environment) as server:
        processes = [server, *database_and_cache()]
        report(options.server, processes, token, options.requests)


def report(name: str, processes: list[psutil.Process], token: str, requests: int) -> None:
    sessions = [bootstrap(connect(), token) for _ in range(50)]
    counter = iter(range(10**9))

    def send(connection: http.client.HTTPConnection) -> None:
        body = json.dumps({"body": "x" * 80, "client_message_id": str(uuid.uuid4())})
        call(connection, "POST", "/api/widget/send/", body, headers(token, sessions[next(counter) % 50]))

    def poll(connection: http.client.HTTPConnection) -> None:
        session = sessions[next(counter) % 50]
        call(connection, "GET", "/api/widget/poll/?since_id=999999999", None, headers(token, session))

    workloads: dict[str, Callable[[http.client.HTTPConnection], object]] = {
        "bare view": lambda connection: call(connection, "GET", "/healthz/live", None, {}),
        "W1 bootstrap": lambda connection: bootstrap(connection, token),
        "W2 send": send,
        "W3 poll": poll,
    }
    for label, act in workloads.items():
        run(act, 300)
        before = cpu_seconds(processes)
        started = time.perf_counter()
        delays = run(act, requests)
        wall = time.perf_counter() - started
        parts = {
            key: (after - before[key]) * 1000 / requests for key, after in cpu_seconds(processes).items()
        }
        delays.sort()
        print(  # noqa: T201
            f"{name} {label}: {sum(parts.values()):.2f} CPU-ms "
            f"({', '.join(f'{key} {value:.2f}' for key, value in parts.items())}), "
            f"{requests / wall:.0f}/s, p50 {delays[len(delays) // 2] * 1000:.1f} ms, "
            f"p99 {delays[int(len(delays) * 0.99)] * 1000:.1f} ms"
        )


def run(act: Callable[[http.client.HTTPConnection], object], requests: int) -> list[float]:
    """Spreads the requests over the clients; the delay of each in seconds."""
    delays: list[float] = []

    def client() -> None:
        connection = connect()
        for _ in range(requests // CLIENTS):
            started = time.perf_counter()
            act(connection)
            delays.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return delays


def connect() -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)


def headers(token: str, session: str = "") -> dict[str, str]:
    return {"Content-Type": "application/json", "X-Widget-Token": token, "X-Widget-Session": session}


def bootstrap(connection: http.client.HTTPConnection, token: str) -> str:
    answer = call(connection, "POST", "/api/widget/bootstrap/", "{}", headers(token))
    return str(json.loads(answer)["widget_session_token"])


def call(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None, head: dict[str, str]
) -> bytes:
    connection.request(method, path, body, head)
    response = connection.getresponse()
    answer = response.read()
    if response.status >= 300:
        raise SystemExit(f"{method} {path}: {response.status} {answer[:200]!r}")
    return answer


def cpu_seconds(processes: list[psutil.Process]) -> dict[str, float]:
    """utime + stime by program, with the children."""
    total: dict[str, float] = {}
    for process in processes:
        family = [process, *process.children(recursive=True)]
        name = "web" if process is processes[0] else process.name()
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                total[name] = total.get(name, 0.0) + times.user + times.system
    return total


def database_and_cache() -> list[psutil.Process]:
    """The servers that `crm.servers` started for this run: they are our siblings."""
    parent = psutil.Process().parent()
    family = parent.children() if parent else []
    return [process for process in family if process.pid != os.getpid()]


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[psutil.Process]:
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                connection = connect()
                connection.request("GET", "/healthz/ready")
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
