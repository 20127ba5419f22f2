"""Embedded PostgreSQL and Valkey, as children in the foreground: `python -m crm.servers run -- COMMAND`.

Only the packages' binaries are used. Their Python interfaces share servers between processes, stop them at
exit, and, as root, open every folder above the data to everybody.
"""

from crm.servers.base import ServerError
from crm.servers.postgres import Postgres
from crm.servers.temporary import temporary_servers
from crm.servers.valkey import Valkey

__all__ = ["Postgres", "ServerError", "Valkey", "temporary_servers"]
