"""The dialogue with the mail server, and whose fault it is where it fails.

A server may hold each answer back for as long as the timeout lets it, and there are many answers in one mail. So a mail
is sent in a thread of its own, which is waited for no longer than `SECONDS` in all: other jobs of the worker have their
turn. A thread that is left behind ends by its own timeouts; the repeat has the same Message-ID.
"""

import smtplib
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core import mail
from django.core.mail import EmailMultiAlternatives

SECONDS = 30.0


class Outcome(NamedTuple):
    """`problem` is an SMTP status or the name of an error: what servers say may hold the address.

    `is_final` is a refusal that no repeat changes; `is_servers` concerns every mail, and not this one alone.
    """

    problem: str = ""
    is_final: bool = False
    is_servers: bool = False

    @property
    def is_sent(self) -> bool:
        return not self.problem


class Server:
    """One connection for several mails; after trouble with the server another one is made."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._backend: Any = None

    def send(self, letter: EmailMultiAlternatives) -> Outcome:
        backend = self._backend = self._backend or mail.mailers.default

        def talk() -> None:
            backend.open()
            backend.send_messages([letter])

        outcome = self._within_time(talk, backend)
        if outcome.is_servers:
            self._backend = None
        return outcome

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            self._within_time(backend.close, backend)

    def _within_time(self, talk: Callable[[], object], backend: Any) -> Outcome:
        came: list[Outcome] = []
        has_come = threading.Event()

        def act() -> None:
            came.append(judged(talk))
            is_forsaken = self._backend is not backend
            has_come.set()
            # Nobody waits for the goodbye.
            if came[0].is_servers or is_forsaken:
                judged(backend.close)

        threading.Thread(target=act, daemon=True).start()
        return came[0] if has_come.wait(self._seconds) else Outcome("TooSlow", is_servers=True)


def judged(action: Callable[[], object]) -> Outcome:
    """What came of the action."""
    try:
        action()
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(max((code for code, _text in error.recipients.values()), default=0))
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code)
    except smtplib.SMTPResponseException as error:
        return Outcome(f"{type(error).__name__} {error.smtp_code}", is_servers=True)
    except OSError as error:
        return Outcome(type(error).__name__, is_servers=True)
    except Exception as error:  # noqa: BLE001  (nobody else would hear of it: it is a thread's)
        # An address or a header that can't be written, in whichever of the many ways: it won't become better.
        return Outcome(type(error).__name__, is_final=True)
    return Outcome()


def _refused(code: int) -> Outcome:
    """421 ends the connection, whatever the mail is."""
    return Outcome(f"SMTP {code}", is_final=code >= 500, is_servers=code == 421)
