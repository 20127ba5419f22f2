"""Django's sessions in the database (`SESSION_ENGINE`); those of users end as `crm.session_life` says.

Pages, APIs and event streams all load them here: over is over for each of them at once. The row's own date is the same
end, so that the nightly `clearsessions` takes it away.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.db import Error as DatabaseError
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from psycopg_pool import PoolTimeout

from crm.session_life import BEGAN, NO_END, USED, cookie_end_of, end_of, is_over, is_worth_noting, stamp
from messenger.lib import clock


class SessionStore(db.SessionStore):
    _session: dict[str, Any]

    def load(self) -> dict[str, Any]:
        session: dict[str, Any] = super().load()
        if not is_over(session):
            return session
        self._session_key = None
        return {}

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Of the row. Who isn't logged in has Django's two weeks, or the minutes of a log-in."""
        if BEGAN not in self:
            return super().get_expiry_date(**kwargs)
        return end_of(self._session) or clock.now() + NO_END

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Of the cookie, in seconds."""
        if BEGAN not in self:
            return super().get_expiry_age(**kwargs)
        return max(0, int((cookie_end_of(self._session) - clock.now()).total_seconds()))

    def note_use(self) -> None:
        """Somebody uses it now. Only the stamp is written: what another request stored meanwhile stays.

        A session that nobody has looked into is not asked for: its request was no user's, or the database is away.
        """
        session = self.__dict__.get("_session_cache", {})
        if SESSION_KEY not in session or not is_worth_noting(session):
            return
        if self.modified:
            self._stamp(self._session)
        else:
            # The answer is worth more than its stamp, which the next one writes.
            with suppress(DatabaseError, PoolTimeout):
                self._write_stamp()

    def _write_stamp(self) -> None:
        with transaction.atomic():
            row = self.model.objects.select_for_update().filter(session_key=self.session_key).first()
            if row is None:
                return
            session = self.decode(row.session_data)
            # Another request of the same moment may have been here.
            if SESSION_KEY in session and is_worth_noting(session):
                self._stamp(session)
                row.session_data = self.encode(session)
                row.expire_date = end_of(session) or clock.now() + NO_END
                row.save(update_fields=["session_data", "expire_date"])

    @staticmethod
    def _stamp(session: dict[str, Any]) -> None:
        """One that was begun before there were stamps begins now."""
        session[USED] = stamp()
        session.setdefault(BEGAN, session[USED])


@receiver(user_logged_in, dispatch_uid="crm.session_store.begin")
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Each log-in begins anew, in the same browser as well."""
    request.session[BEGAN] = request.session[USED] = stamp()
