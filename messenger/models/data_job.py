"""What copy and removal of a contact's data have in common: work of the worker that is asked for and told of."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataJob(models.Model):
    """Waits, is worked on, and ends well or is given up; `attempts` counts how often it was begun."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its turn")
        RUNNING = "running", _("is being done")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.TextField(_("reason"), max_length=500)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def state(self) -> "DataJob.State":
        if self.finished_at is not None:
            return self.State.DONE
        if self.failed_at is not None:
            return self.State.FAILED
        return self.State.RUNNING if self.started_at is not None else self.State.WAITING

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}
