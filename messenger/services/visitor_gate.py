"""The door of the widget API: limits, inbox, origin and session, in one round trip to the cache."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from messenger.exceptions import (
    CaptchaRequired,
    InboxNotFound,
    Invalid,
    OriginNotAllowed,
    SessionInvalid,
    SessionMismatch,
    Throttled,
)
from messenger.lib.client_address import network_of
from messenger.lib.origins import normalize_origin
from messenger.lib.rates import parse_rate
from messenger.lib.volatile import Limit
from messenger.models import Inbox
from messenger.models.inbox import inbox_cache_key, max_file_bytes
from messenger.services import proof_of_work, suspicion
from messenger.services.attaching import Limits
from messenger.services.known_inboxes import VERSION
from messenger.utils import (
    WidgetSession,
    ensure_messenger_enabled_api,
    session_cache_key,
    session_digest,
    store_widget_session,
)
from messenger.volatile import volatile

What = Literal["BOOTSTRAP", "SEND", "UPLOAD", "POLL", "STREAM"]
INBOX_CACHE_SECONDS = 10
_WIDGET_TOKEN = re.compile(r"[!-~]{1,128}")


class InboxFacts(NamedTuple):
    """What every request needs of an inbox, kept in the cache for a moment."""

    id: int
    allowed_origins: list[str]
    consent_required: bool
    attachments_enabled: bool
    max_file_size_mb: int
    allowed_content_types: list[str]
    version: str

    @property
    def file_limits(self) -> Limits:
        """What visitors may send: nothing where attachments are off."""
        allowed = self.allowed_content_types if self.attachments_enabled else []
        return Limits(allowed, max_file_bytes(self.max_file_size_mb))


@dataclass(slots=True)
class Visit:
    """A request at the door. `own_origin` is the CRM's own, always let in.

    `origin_allowed` says whether the page may read the answer, whatever it is; `inbox` and `session` are there
    once the request was admitted. `also` are keys of the cache to look for on the way, and `kept` has what was found.
    """

    widget_token: str
    session_token: str
    address: str
    origin: str = ""
    own_origin: str = ""
    also: list[str] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict, init=False)
    origin_allowed: bool = field(default=False, init=False)
    inbox: InboxFacts | None = field(default=None, init=False)
    needs_proof: bool = field(default=False, init=False)
    _session_key: str = field(default="", init=False)
    _session: WidgetSession | None = field(default=None, init=False)

    @property
    def session(self) -> WidgetSession:
        if self._session is None:
            raise SessionInvalid
        return self._session

    def move_to(self, conversation_id: int) -> None:
        """The session goes on in another conversation of the same contact."""
        self._session = self.session._replace(conversation_id=conversation_id, renewed_at=time.time())
        store_widget_session(self.session_token, self._session)

    def prove(self, solution: object) -> None:
        """Raises CaptchaRequired where the visitor has to do a proof of work first and `solution` is none.

        A solution holds for the session for a while.
        """
        if not self.needs_proof:
            return
        if not proof_of_work.is_solved(solution):
            raise CaptchaRequired(proof_of_work.new_challenge())
        self.needs_proof = False
        volatile.set(suspicion.proved_key(self.session_token), 1, settings.MESSENGER_CAPTCHA_SECONDS)

    def count(self, what: What) -> None:
        """Counts a request that comes by a signed link: against the limit of its address alone."""
        limits = self._limits(what, needs_session=False, of_inbox=False)
        if retry_after := volatile.look([], limits).retry_after:
            raise Throttled(retry_after)

    def admit(self, *whats: What, needs_session: bool = True) -> InboxFacts:
        """Counts the request, as each of `whats`, and finds inbox and session; raises the errors of the contract."""
        ensure_messenger_enabled_api()
        if not self.widget_token:
            raise Invalid({"widget_token": [_("This field is required.")]})
        if not _WIDGET_TOKEN.fullmatch(self.widget_token):
            raise InboxNotFound
        retry_after = self._look(whats, needs_session)
        cached = self.kept[inbox_cache_key(self.widget_token)]
        inbox = None if retry_after and not cached else _find_inbox(self.widget_token, cached)
        if inbox is not None:
            self._check_origin(inbox)
        if retry_after:
            raise Throttled(retry_after)
        if inbox is None:
            raise InboxNotFound
        self.inbox = inbox
        if needs_session:
            self._session = self._find_session(inbox, self.kept[self._session_key])
        return inbox

    def _look(self, whats: Sequence[What], needs_session: bool) -> int:
        """Fills `kept` with what the cache has; the seconds to wait where a limit is passed."""
        network = network_of(self.address)
        keys = [inbox_cache_key(self.widget_token)]
        if needs_session:
            self._session_key = session_cache_key(self.session_token)
            keys.append(self._session_key)
        doubts: list[str] = []
        if suspicion.is_watching(whats[0]):
            doubts = [suspicion.suspect_key(network), suspicion.proved_key(self.session_token)]
        keys += [*doubts, *self.also]
        limits = [limit for what in whats for limit in self._limits(what, needs_session)]
        values, retry_after, noticed = volatile.look(keys, limits, suspicion.counters(whats[0], network))
        self.kept = dict(zip(keys, values, strict=True))
        if doubts:
            suspect, proved = map(self.kept.get, doubts)
            if noticed and not suspect:
                suspicion.suspect(network)
            self.needs_proof = bool(suspect or noticed) and not proved
        return retry_after

    def _check_origin(self, inbox: InboxFacts) -> None:
        self.origin_allowed = not inbox.allowed_origins or self.origin in ("", self.own_origin)
        if not self.origin_allowed:
            try:
                self.origin_allowed = normalize_origin(self.origin) in inbox.allowed_origins
            except ValueError:
                self.origin_allowed = False
        if not self.origin_allowed:
            raise OriginNotAllowed

    def _find_session(self, inbox: InboxFacts, cached: Any) -> WidgetSession:
        if not self.session_token:
            raise Invalid({"widget_session_token": [_("This field is required.")]})
        if not cached:
            raise SessionInvalid
        session = WidgetSession.load(cached)
        if session.inbox_id != inbox.id:
            raise SessionMismatch
        if time.time() - session.renewed_at > settings.MESSENGER_SESSION_TTL_SECONDS / 2:
            session = session._replace(renewed_at=time.time())
            store_widget_session(self.session_token, session)
        return session

    def _limits(self, what: What, needs_session: bool, *, of_inbox: bool = True) -> list[Limit]:
        # From the one who asks to the shop: what an address is refused doesn't count against everybody's limit.
        subjects = [("ADDRESS", network_of(self.address))]
        if needs_session and self.session_token:
            subjects.append(("SESSION", session_digest(self.session_token)[:32]))
        if of_inbox:
            subjects.append(("INBOX", self.widget_token))
        limits = []
        for per, subject in subjects:
            rate = parse_rate(getattr(settings, f"MESSENGER_THROTTLE_{what}_{per}", ""))
            if rate:
                key = f"messenger:limit:{what.lower()}:{per.lower()}:{subject}"
                limits.append(Limit(key, rate.limit, rate.seconds))
        return limits


def _find_inbox(widget_token: str, cached: Any) -> InboxFacts | None:
    # What another version of the code keeps there has other columns.
    if cached and len(cached) == len(InboxFacts._fields):
        return InboxFacts(*cached)
    row = (
        Inbox.objects.annotate(version=VERSION)
        .filter(widget_token=widget_token, is_active=True)
        .values_list(*InboxFacts._fields)
        .first()
    )
    if row is None:
        return None
    volatile.set(inbox_cache_key(widget_token), list(row), INBOX_CACHE_SECONDS)
    return InboxFacts(*row)
