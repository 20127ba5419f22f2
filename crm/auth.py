"""Log-in by username or email, and the permissions that come with a role."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from crm.models import User

# The group of each role, made by a migration; administrators may give it more or fewer permissions.
ROLE_GROUPS = {User.Role.OPERATOR: "Messenger operators", User.Role.ADMINISTRATOR: "Messenger administrators"}


class UsernameOrEmailBackend(ModelBackend):
    """A user has the permissions of their groups and of the group of their role."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        user = User.objects.by_login(username)
        if user is None:
            # As long as for a user that exists, so that the answer's time tells nothing.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        role_group = ROLE_GROUPS[User.Role(user_obj.role)]
        return Permission.objects.filter(Q(group__user=user_obj) | Q(group__name=role_group)).distinct()

    def get_user(self, user_id: int) -> User | None:
        """Whose session it is, for pages, APIs and streams alike: nobody's, as long as a step is due."""
        user = super().get_user(user_id)
        return None if not isinstance(user, User) or user.owes_a_step else user
