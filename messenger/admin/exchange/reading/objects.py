"""JSON: an array of flat objects, as the export writes it."""

from typing import Any

import orjson
from django.utils.translation import gettext as _

from messenger.admin.exchange.reading.errors import Unreadable
from messenger.admin.exchange.reading.limits import COLUMNS


def rows_of_json(content: bytes) -> list[list[Any]]:
    """The head has the names of all objects, each once."""
    try:
        objects = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(_("The file is no JSON: line %(line)d.") % {"line": error.lineno}) from error
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        raise Unreadable(_("The JSON has to be an array of objects."))
    head: dict[str, None] = {}
    for one in objects:
        head.update(dict.fromkeys(one))
        if len(head) > COLUMNS:
            break
        if any(isinstance(value, (list, dict)) for value in one.values()):
            raise Unreadable(
                _("The objects of the JSON may hold texts, numbers, true and false, nothing else.")
            )
    return [list(head), *([one.get(name) for name in head] for one in objects)]
