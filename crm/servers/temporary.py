"""Servers for as long as a block of code or a command runs."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crm.servers.postgres import Postgres
from crm.servers.valkey import Valkey


@contextlib.contextmanager
def temporary_servers() -> Iterator[dict[str, str]]:
    """Run both servers in a folder of their own, fast and forgetful; give DATABASE_URL and REDIS_URL."""
    folder = Path(tempfile.mkdtemp(prefix="messenger-servers-"))
    folder.chmod(0o711)
    (folder / "log").mkdir()
    postgres, valkey = Postgres(folder, durable=False), Valkey(folder)
    try:
        valkey.start()
        postgres.start()
        postgres.wait()
        valkey.wait()
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    finally:
        postgres.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)
