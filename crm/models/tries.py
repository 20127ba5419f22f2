from django.db import models


class Tries(models.Model):
    """How often somebody failed lately at something that can be guessed (`crm.guessing`)."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    locks = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
