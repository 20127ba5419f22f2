"""The people who work in the demo, and their passwords."""

import base64
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.utils import timezone
from django.utils.crypto import salted_hmac

from crm.demo_data.texts import texts
from crm.models import Branch, User
from messenger.models import AgentProfile

# Nobody has a page open when the demo begins: what waits goes to whoever logs in.
_LAST_SEEN = {"online": timedelta(minutes=5), "away": timedelta(minutes=25)}


@dataclass(frozen=True, slots=True)
class Account:
    user: User
    password: str

    def as_json(self) -> dict[str, str]:
        described = {"username": self.user.username, "email": self.user.email, "password": self.password}
        return described | ({"branch": self.user.branch.name} if self.user.branch else {})


@dataclass(frozen=True, slots=True)
class Staff:
    administrator: Account
    operators: list[Account]

    def by_branch(self) -> dict[str, list[User]]:
        users: dict[str, list[User]] = {}
        for account in self.operators:
            if account.user.branch:
                users.setdefault(account.user.branch.name, []).append(account.user)
        return users


def usernames() -> list[str]:
    return [person["username"] for person in [texts("staff")["administrator"], *texts("staff")["operators"]]]


def make_staff(branches: dict[str, Branch]) -> Staff:
    """Those who are missing are made, and nobody's password stays other than the one that is announced."""
    known = {
        user.username: user for user in User.objects.select_related("branch").filter(username__in=usernames())
    }
    users = [
        known.get(person["username"]) or _make_operator(person, branches)
        for person in texts("staff")["operators"]
    ]
    described = texts("staff")["administrator"]
    administrator = known.get(described["username"]) or _make_user(described, role=User.Role.ADMINISTRATOR)
    return Staff(_account(administrator), [_account(user) for user in users])


def _make_user(person: dict[str, str], *, role: str, branch: Branch | None = None) -> User:
    return User.objects.create(
        username=person["username"],
        email=f"{person['username']}@example.com",
        first_name=person["first_name"],
        last_name=person["last_name"],
        role=role,
        branch=branch,
    )


def _make_operator(person: dict[str, str], branches: dict[str, Branch]) -> User:
    user = _make_user(person, role=User.Role.OPERATOR, branch=branches[person["branch"]])
    AgentProfile.objects.create(
        user=user,
        status=person["status"],
        display_name=person["first_name"],
        last_seen_at=timezone.now() - _LAST_SEEN[person["status"]],
    )
    return user


def _account(user: User) -> Account:
    password = _password(user.username)
    if not user.password or not check_password(password, user.password):
        user.password = make_password(password, hasher=_QuickHasher())
        user.save(update_fields=["password"])
    return Account(user, password)


class _QuickHasher(PBKDF2PasswordHasher):
    """Nine slow ones take seconds, and a random password needs none: Django makes it slow at the first log-in."""

    iterations = 1_000


def _password(username: str) -> str:
    """Derived from the system's secret key: random for each system, and the same whenever it is asked for."""
    digest = salted_hmac("crm.demo_data.staff", username, algorithm="sha256").digest()
    return base64.b32encode(digest)[:16].decode().lower()
