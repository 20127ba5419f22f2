from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from crm.models.branch import Branch

# Sent with `user` when sessions of theirs may have ended: what is open looks again.
sessions_changed = Signal()


class Users(UserManager["User"]):
    """Finds users by the name they log in with."""

    def by_login(self, login: str) -> "User | None":
        """The user of this email address in any case or, else, of this username.

        The address comes first: a username made of somebody's address must not shut its owner out.
        """
        by_email = self.filter(email__iexact=login).first() if "@" in login else None
        return by_email or self.filter(username=login).first()

    def administrators(self) -> "models.QuerySet[User]":
        """Those who can do something about users and settings now."""
        return self.filter(models.Q(is_superuser=True) | models.Q(role="administrator"), is_active=True)


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
    second_factor_required = models.BooleanField(
        _("second factor required"),
        default=False,
        help_text=_("Whoever has none yet is led to set one up at the next log-in."),
    )
    has_second_factor = models.BooleanField(_("second factor turned on"), default=False, editable=False)
    must_change_password = models.BooleanField(default=False, db_default=False, editable=False)
    session_generation = models.PositiveIntegerField(default=0, editable=False)

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

    @property
    def needs_second_factor(self) -> bool:
        """Demanded of them or of their role."""
        return self.second_factor_required or self.role in settings.SECOND_FACTOR_ROLES

    @property
    def must_set_up_second_factor(self) -> bool:
        return self.needs_second_factor and not self.has_second_factor

    @property
    def owes_a_step(self) -> bool:
        """Something is due between password and workplace: until it is done, no session is theirs."""
        return self.must_set_up_second_factor or self.must_change_password

    def end_sessions(self) -> None:
        """Everywhere: whoever is to stay gets the new hash by `update_session_auth_hash`."""
        User.objects.filter(pk=self.pk).update(session_generation=models.F("session_generation") + 1)
        self.refresh_from_db(fields=["session_generation"])
        sessions_changed.send(User, user=self)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Sessions live as long as all this stays the same, and not only the password."""
        standing = (
            self.password,
            self.role,
            self.branch_id,
            self.is_superuser,
            self.is_active,
            self.session_generation,
        )
        text = "|".join(map(str, standing))
        return salted_hmac("crm.models.user.sessions", text, secret=secret, algorithm="sha256").hexdigest()

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Users of the CRM work in the admin: every active one may enter it."""
        self.is_staff = True
        super().save(*args, **kwargs)
