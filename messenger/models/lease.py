import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messenger.lib import clock


class Lease(models.Model):
    """What one process at a time does: whoever holds the lease goes on, until they let go or fall silent.

    A row and not a lock of the session, so that it holds behind a pooler that gives each transaction another one.
    """

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.UUIDField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


def hold(name: str, holder: uuid.UUID, seconds: float) -> datetime | None:
    """Takes the lease, or holds it for longer: until when; None while it is somebody else's."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
    free = Q(holder=holder) | Q(holder=None) | Q(until__lt=now)
    taken = Lease.objects.filter(free, name=name).update(holder=holder, until=until)
    return until if taken else None


def let_go(name: str, holder: uuid.UUID) -> None:
    Lease.objects.filter(name=name, holder=holder).update(holder=None, until=None)
