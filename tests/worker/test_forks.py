"""Processes that were forked have connections of their own, with a pool and without."""

import os
import subprocess
import sys

import pytest

from tests.stream.server import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)

# The parent has asked, and asks again while its child does; who answered is printed.
PROGRAM = """
import os, django
django.setup()
from django.db import connection

def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]

first = backend()
connection.close() if {closes} else None
child = os.fork()
if not child:
    print("child", backend(), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("parent", first, backend(), flush=True)
"""


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("pool", ["0", "1"])
def test_a_child_has_connections_of_its_own(pool: str, closes: bool) -> None:
    environment = os.environ | {"DATABASE_URL": database_url(), "DATABASE_POOL_SIZE": pool}
    command = [sys.executable, "-c", PROGRAM.format(closes=closes)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said["child"] not in said["parent"].split()
