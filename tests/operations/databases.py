"""Makes databases, and leads the default connection to them."""

import uuid

from django.contrib.contenttypes.models import ContentType
from django.db import connection


class Databases:
    def __init__(self, home: str) -> None:
        self.home = home
        self._made: list[str] = []

    def new(self, *, template: str = "template0") -> str:
        name = f"restored_{uuid.uuid4().hex[:12]}"
        connection.close()
        self._manage(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return name

    def go_to(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        # Its rows have other ids there.
        ContentType.objects.clear_cache()

    def drop_all(self) -> None:
        self.go_to(self.home)
        for name in self._made:
            self._manage(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _manage(self, statement: str) -> None:
        """From a connection to another database: nobody drops what they stand in."""
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)
