"""Breaches of what holds for the sums of days and months (test_invariants runs them)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from messenger.models import Figures
from messenger.services.insight.sums import Sums


def sum_up(**values: Any) -> Callable[[Any], Any]:
    """A row of an inbox' day; `twice` writes it once more."""

    def breach(world: Any) -> None:
        usual = {"grain": "day", "level": "inbox", "day": date(2026, 11, 23), "inbox": world.inbox}
        places = {"branch": world.moscow, "operator": world.operator}
        given = {name: places[name] if value is True else value for name, value in values.items()}
        twice = given.pop("twice", False)
        row = usual | Sums(conversations=1).columns() | given
        for _once in range(2 if twice else 1):
            Figures.objects.create(**row)

    return breach


BREACHES: list[tuple[str, Callable[[Any], Any]]] = [
    ("messenger_figures_once", sum_up(twice=1)),
    ("messenger_figures_grain", sum_up(grain="week")),
    ("messenger_figures_level", sum_up(level="cell")),
    ("messenger_figures_level", sum_up(level="city")),
    ("messenger_figures_level", sum_up(branch=True)),
    ("messenger_figures_level", sum_up(operator=True)),
    ("messenger_figures_level", sum_up(level="desk", branch=True)),
]
