"""Where Django or unfold would show English, or a wording of their own, under our Russian."""

import json
from datetime import date

from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.formats import date_format
from django.utils.translation import gettext, override, pgettext

from crm.admin_base import with_msgids


def test_our_wording_wins_over_djangos() -> None:
    with override("ru"):
        assert gettext("Email") == "Email"
        assert gettext("name") == "название"
        assert pgettext("person", "name") == "имя"


def test_strings_of_unfold_are_translated() -> None:
    with override("ru"):
        assert gettext("Type to search") == "Введите запрос"


def test_short_months_are_in_lower_case() -> None:
    with override("ru"):
        assert date_format(date(2026, 11, 21), "j N") == "21 нояб."


def test_the_history_names_fields_in_the_readers_language() -> None:
    changes = with_msgids([{"changed": {"fields": ["Email address", "SHA-256"]}}, {"added": {}}])

    with override("ru"):
        assert LogEntry(action_flag=CHANGE, change_message=json.dumps(changes)).get_change_message() == (
            "Изменено: email и SHA-256. Добавлено."
        )
