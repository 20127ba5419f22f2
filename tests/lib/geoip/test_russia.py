"""The table of codes and the project's regions speak of the same."""

import json
from pathlib import Path

from django.conf import settings

from messenger.lib.geoip.russia import SUBJECTS

REGIONS = json.loads((Path(settings.BASE_DIR) / "fixtures" / "regions.json").read_text(encoding="utf-8"))
WITHOUT_CODE = {
    "Донецкая Народная Республика",
    "Запорожская область",
    "Луганская Народная Республика",
    "Республика Крым",
    "Севастополь",
    "Херсонская область",
}


def test_every_region_that_has_a_code_is_there_once() -> None:
    names = {region["fields"]["name"] for region in REGIONS}
    assert sorted(SUBJECTS.values()) == sorted(names - WITHOUT_CODE)


def test_codes_are_those_of_the_standard() -> None:
    """83 subjects; republics have two letters, all others three."""
    assert len(SUBJECTS) == 83
    republics = {code for code, name in SUBJECTS.items() if "Республика" in name}
    assert republics == {code for code in SUBJECTS if len(code) == 2}
    assert all(code.isupper() and len(code) in {2, 3} for code in SUBJECTS)
