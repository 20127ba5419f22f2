"""The worker's sign of life in Redis, twice a second: the log says once that it can't be given, and once that it can.

django-q2 would write an error each time, as long as Redis is away.
"""

import logging
from typing import Any

from django_q.signing import SignedPackage
from django_q.status import Stat

logger = logging.getLogger(__name__)

LIFE_SECONDS = 3


class Signs:
    """Of this process."""

    def __init__(self) -> None:
        self.are_lost = False

    def give(self, stat: Any) -> None:
        try:
            stat.broker.set_stat(stat.key, SignedPackage.dumps(stat, True), LIFE_SECONDS)
        except Exception as error:  # noqa: BLE001  (whatever it is, the worker's guard has to go on)
            self._say(f"can't be given, the worker goes on: {type(error).__name__}", are_lost=True)
        else:
            self._say("is given again", are_lost=False)

    def _say(self, what: str, *, are_lost: bool) -> None:
        if self.are_lost is not are_lost:
            self.are_lost = are_lost
            logger.warning("The worker's sign of life %s", what)


signs = Signs()


def install() -> None:
    # The class stays django-q2's: it travels by its name, also to processes of an older version.
    Stat.save = _save


def _save(stat: Stat) -> None:
    signs.give(stat)
