"""The database as a whole: its server, whether it is empty, and the mark of a restore that is under way."""

from django.db import connection

# Beside the tables of the models: it has to be there before them.
_MARK = "messenger_restore_under_way"

_RELATIONS = f"""
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND c.relname <> '{_MARK}'
  AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY 1 LIMIT 3
"""  # noqa: S608  (a constant)
# The column with an ICU or built-in locale has another name in each version.
_LOCALE = """
SELECT j->>'datlocprovider',
       coalesce(j->>'datlocale', j->>'daticulocale', j->>'datcollate'), pg_encoding_to_char(d.encoding)
FROM pg_database d, to_jsonb(d) AS j WHERE d.datname = current_database()
"""
_GOES_ON = """
SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
WHERE sequencename LIKE 'messenger\\_%' AND data_type = 'bigint'::regtype AND last_value IS NOT NULL
"""
# At least so many ids are left out, or a tenth of those that were given.
_GAP = 1_000_000


def _ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows


def major() -> int:
    return int(str(_ask("SHOW server_version_num")[0][0])) // 10_000


def locale() -> str:
    """How the database sorts and what it holds, such as `b C.UTF-8 UTF8`."""
    return " ".join(str(part) for part in _ask(_LOCALE)[0])


def some_relations() -> list[str]:
    """The first few; none in a database that is empty."""
    return [str(row[0]) for row in _ask(_RELATIONS)]


def began_here() -> str | None:
    """Which back-up (its dump's SHA-256) a restore began with and didn't finish."""
    if not _ask(f"SELECT to_regclass('{_MARK}') IS NOT NULL")[0][0]:
        return None
    return str(_ask(f"SELECT sha256 FROM {_MARK}")[0][0])  # noqa: S608  (a constant)


def begin(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_MARK}")
        cursor.execute(f"CREATE TABLE {_MARK} AS SELECT %s::text AS sha256", [sha256])


def finish() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_MARK}")


def leave_ids_out() -> None:
    """Browsers and other systems know ids that were given after the back-up: none of them is given a second time.

    A widget that asks for what is newer than the last message it saw would else miss all that comes now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GOES_ON)
        for name, last in cursor.fetchall():
            cursor.execute("SELECT setval(%s::regclass, %s)", [name, last + max(_GAP, last // 10)])


def analyze() -> None:
    """A dump has no statistics: without them the first hours would be slow."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
