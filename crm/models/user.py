from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models.branch import Branch


class Users(UserManager["User"]):
    """Finds users by the name they log in with."""

    def by_login(self, login: str) -> "User | None":
        """The user of this email address in any case or, else, of this username.

        The address comes first: a username made of somebody's address must not shut its owner out.
        """
        by_email = self.filter(email__iexact=login).first() if "@" in login else None
        return by_email or self.filter(username=login).first()


class User(AbstractUser):
    """A person of the CRM; the role names the group whose permissions they have (`crm.auth`)."""

    class Role(models.TextChoices):
        OPERATOR = "operator", _("operator")
        ADMINISTRATOR = "administrator", _("administrator")

    email = models.EmailField(_("email address"), blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.OPERATOR)
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )

    objects: ClassVar[Users] = Users()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="crm_user_email_unique",
                condition=~models.Q(email=""),
                violation_error_message=_("There is a user with this email address already."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["operator", "administrator"]), name="crm_user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name that colleagues see; visitors see the one of the agent profile, if there is one."""
        return self.get_full_name() or self.username

    @property
    def is_messenger_administrator(self) -> bool:
        return self.is_superuser or self.role == self.Role.ADMINISTRATOR

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Users of the CRM work in the admin: every active one may enter it."""
        self.is_staff = True
        super().save(*args, **kwargs)
