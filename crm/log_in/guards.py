"""How often a password or a code may be tried: per user and address, per address, and codes per user."""

import logging
from typing import Self

from django.conf import settings
from django.http import HttpRequest

from crm import audit
from crm.client import address_of
from crm.guessing import Guessing, Locked, sweep
from crm.models import User
from messenger.lib.client_address import network_of

logger = logging.getLogger(__name__)

# Whoever gets to the codes knows the password: so many guesses from everywhere, then hours and days of waiting.
CODES_PER_USER, LONGEST_FOR_CODES = 20, 288


class Guard:
    """Counts a try with all its counters; a refusal by one gives back what the others have counted."""

    def __init__(self, own: Guessing, *shared: Guessing) -> None:
        self._own = own
        self._shared = shared
        # Of each that counted this try whether it was the last that fitted.
        self._claimed: dict[Guessing, bool] = {}

    def claim(self) -> Self:
        """Raises Locked where nobody may try now."""
        for guessing in (self._own, *self._shared):
            try:
                self._claimed[guessing] = guessing.claim()
            except Locked:
                for counted, was_last in self._claimed.items():
                    counted.take_back(was_last=was_last)
                raise
        return self

    def succeeded(self) -> None:
        """Shared counters only forget this one try: one who may come in must not reset them for others."""
        self._own.forget()
        for guessing in self._shared:
            guessing.take_back(was_last=self._claimed[guessing])

    def failed(self) -> None:
        """Raises Locked where this was the last try.

        Each try has its line, by the request's id: whom it was for is in the audit once it locks.
        """
        logger.warning("A password or a code was refused")
        sweep()
        if any(self._claimed.values()):
            raise Locked(max(one.seconds_left() for one in (self._own, *self._shared)))


def same_name(username: str) -> str:
    """One text for all that the database takes for the same name: it folds more than case, such as a dotless i."""
    return username.strip().upper().casefold()


def password_guard(request: HttpRequest, username: str) -> Guard:
    """Names that nobody has are counted as well: the answer tells nothing about who exists."""
    network, seconds = network_of(address_of(request)), settings.LOGIN_LOCK_SECONDS
    return Guard(
        Guessing.of("password", same_name(username), network, limit=settings.LOGIN_ATTEMPTS, seconds=seconds),
        Guessing.of("passwords", network, limit=settings.LOGIN_ATTEMPTS_PER_ADDRESS, seconds=seconds),
    )


def code_guard(request: HttpRequest, user: User) -> Guard:
    """For whoever knows the password, and for whoever found an open browser."""
    network, seconds = network_of(address_of(request)), settings.LOGIN_LOCK_SECONDS
    return Guard(
        Guessing.of("code", user.pk, network, limit=settings.LOGIN_ATTEMPTS, seconds=seconds),
        Guessing.of("codes", user.pk, limit=CODES_PER_USER, seconds=seconds, longest=LONGEST_FOR_CODES),
    )


def own_password_guard(request: HttpRequest, user: User) -> Guard:
    """For the page of somebody who is logged in, or left their browser open."""
    network = network_of(address_of(request))
    return Guard(
        Guessing.of(
            "own password",
            user.pk,
            network,
            limit=settings.LOGIN_ATTEMPTS,
            seconds=settings.LOGIN_LOCK_SECONDS,
        )
    )


def tell(request: HttpRequest, action: str, user: User | None, locked: Locked) -> None:
    """Somebody may be at it: administrators can read it. A name that nobody has may be a password: it is not kept."""
    audit.record(request, action, target=user, seconds=locked.seconds)
