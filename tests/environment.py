"""Settings and servers of the tests, before Django reads anything: a plugin of pytest (pyproject.toml)."""

import atexit
import os
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from crm.servers import temporary_servers

_stack = ExitStack()
_files = TemporaryDirectory(prefix="messenger-files-")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.update(
    SECRET_KEY="key-of-the-tests-0123456789-0123456789-0123456789-0123456789",
    DEBUG="0",
    HTTPS="0",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    MESSENGER_ENABLED="1",
    DATABASE_POOL_SIZE="0",
    LANGUAGE_CODE="en",
    TIME_ZONE="Europe/Moscow",
    MESSENGER_FILES_ROOT=_files.name,
    # Django's tests put letters into a list; nobody listens there.
    EMAIL_URL="smtp://127.0.0.1:9",
    DEFAULT_FROM_EMAIL="Messenger <messenger@example.com>",
)
if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
    os.environ.update(_stack.enter_context(temporary_servers()))
    atexit.register(_stack.close)

# Each parallel worker has a database of Redis of its own, as pytest-django gives it one of PostgreSQL.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker:
    os.environ["REDIS_URL"] = (
        f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{int(_worker.removeprefix('gw')) + 1}"
    )
