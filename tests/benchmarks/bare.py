"""The bare limits: what the same servers do with next to nothing in between, in the same run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import psycopg
import redis

from tests.benchmarks.bare_statement import PLACES_SQL
from tests.benchmarks.bare_wsgi import KEY, PLACES, STATEMENT, TABLE
from tests.benchmarks.load import ANY_UUID, BODY, Load, request
from tests.benchmarks.measuring import Effort, Measurement, median_run, under
from tests.benchmarks.processes import Servers

# By name: what it is, and where.
LIMITS = {
    "hello": ("a raw WSGI function", "tests.benchmarks.bare_wsgi:hello"),
    "drf": ("an empty view of the framework", "tests.benchmarks.bare_drf:application"),
    "insert": ("raw WSGI, one look-up, one INSERT", "tests.benchmarks.bare_wsgi:insert"),
    "raw send": ("raw WSGI, one look-up, send's statement", "tests.benchmarks.bare_wsgi:send"),
}


def bare_limits(servers: Servers, effort: Effort, inbox: int) -> Iterator[Measurement]:
    """`raw send` writes into the open conversations of the inbox."""
    with psycopg.connect(servers.database_url, autocommit=True) as database:
        database.execute(TABLE)
        places = [(pk, str(contact)) for pk, contact in database.execute(PLACES_SQL, [inbox])]
    with redis.Redis.from_url(servers.redis_url) as cache:
        cache.mset({KEY: "[1, 2, 3]", PLACES: json.dumps(places), STATEMENT: _statement_of_send(servers)})
    for name, (title, application) in LIMITS.items():
        with servers.running("web", application=application):
            port = servers.programs["web"].port
            with Load(port, [_request(name, port)]) as load:
                yield median_run(name, title, effort, under(servers, load))


def _statement_of_send(servers: Servers) -> str:
    """Said by a process that has Django: this one may know nothing of it."""
    code = "from messenger.services.writing import FROM_CONTACT; import json; print(json.dumps(FROM_CONTACT))"
    return str(json.loads(servers.manage("shell", "-v0", "-c", code).splitlines()[-1]))


def _request(name: str, port: int) -> str:
    """Of the size that the product is asked with."""
    who = {"X_Widget_Token": "T" * 43, "X_Widget_Session": "S" * 43}
    if name not in ("insert", "raw send"):
        return request(port, "GET", "/", **who)
    body = json.dumps({"body": BODY, "client_message_id": ANY_UUID})
    return request(port, "POST", "/send/", body, **who)


def statement(servers: Servers, effort: Effort, inbox: int) -> Measurement:
    """The statement of `send`, without a web server."""
    with _Statement(servers, inbox) as process:
        return median_run("statement", "the statement of send alone", effort, process.run)


@dataclass
class _Statement:
    """The process that runs it."""

    servers: Servers
    inbox: int
    _process: "subprocess.Popen[str]" = field(init=False)

    def __enter__(self) -> Self:
        head = self.servers.heads["postgres"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.bare_statement", str(self.inbox), str(head)],
            env={**os.environ, **self.servers.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self._process.communicate()

    def run(self, number: int) -> tuple[dict[str, Any], dict[str, float]]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{number}\n")
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("The bare statement failed; why stands above.")
        seen = json.loads(answer)
        return seen, seen["parts"]
