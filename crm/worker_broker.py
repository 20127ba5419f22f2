"""The worker's queue in the database, for those who wait while it is away.

django-q2's own ends the process that asks, ten seconds later, and a task that was done is done again by whoever
replaces the one that couldn't say so.
"""

import time
from typing import Any

from django.db import Error as DatabaseError
from django_q.brokers.orm import ORM

from crm.database_outage import is_outage, note_outage

PAUSE_SECONDS = 1.0
# Of what is done the queue is told again and again: until a minute is over.
TRIES = 60


class PatientBroker(ORM):  # type: ignore[misc]
    def dequeue(self) -> Any:
        """Nothing, as long as the database can't be asked."""
        try:
            return super().dequeue()
        except DatabaseError as error:
            _wait(error)
            return None

    def acknowledge(self, task_id: Any) -> None:
        for _ in range(TRIES):
            try:
                super().acknowledge(task_id)
            except DatabaseError as error:
                _wait(error)
            else:
                return


def _wait(error: DatabaseError) -> None:
    if not is_outage(error):
        raise error
    note_outage(error)
    time.sleep(PAUSE_SECONDS)
