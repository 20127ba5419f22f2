from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SecondFactor(models.Model):
    """The app on a user's phone that shows codes. It is there once a code has confirmed it.

    `sealed_key` is what the app knows as well, encrypted (`crm.second_factor.sealing`). `last_step` is the time step
    of the last code that was taken: no code is taken twice.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="second_factor"
    )
    sealed_key = models.CharField(max_length=255)
    last_step = models.BigIntegerField(default=0)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("second factor")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """Opens the door once in place of a code; only its hash is kept."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="crm_recovery_code_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.factor} {self.pk}"
