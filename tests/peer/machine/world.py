"""Two shops of one branch and one of another, their visitors and operators: the product and its model side by side."""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import chain
from typing import Any

import httpx
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Branch, User
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import attaching, noting, posting
from messenger.services.attaching import Limits
from tests.peer.machine.model import Door, Line, Person, Session, Shop, Talk, heard, told

API = "/api/widget/"


class World:
    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.people: list[Person] = []
        self.sessions: list[Session] = []
        here, there = new_branch(), new_branch()
        self.shops = [new_shop(here), new_shop(here), new_shop(there)]
        self.outsider = new_operator(new_branch())

    # --- At the door ----------------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, door: Door, body: dict[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        said = {"params": body} if method == "GET" else {"data" if "files" in more else "json": body or {}}
        return self.http.request(method, f"{API}{path}", headers=door.headers, **said, **more)

    def door(self, session: Session, how: str) -> Door:
        """The session's own way in, or one that has to be refused."""
        shop = session.person.shop
        widget_token, session_token = shop.token, session.token
        if how == "no inbox":
            return Door("", session_token, (400, "invalid"))
        if how == "old inbox":
            return Door((shop.old_tokens or ["nobody"])[-1], session_token, (404, "inbox_not_found"))
        if how == "other inbox":
            shop = next(other for other in self.shops if other is not session.person.shop)
            widget_token = shop.token
        elif how == "no session":
            session_token = ""
        elif how == "garbage":
            session_token = f"{session.token}x"
        return Door(widget_token, session_token, self._refusal(shop, session, how))

    def _refusal(self, shop: Shop, session: Session, how: str) -> tuple[int, str] | None:
        if not shop.is_active:
            return 404, "inbox_not_found"
        if how == "no session":
            return 400, "invalid"
        if how == "garbage" or not session.is_alive:
            return 401, "session_invalid"
        return (403, "session_mismatch") if how == "other inbox" else None

    def sign(self, shop: Shop, external_id: str) -> str:
        """As the shop's own server does it."""
        return hmac.new(shop.secret.encode(), external_id.encode(), hashlib.sha256).hexdigest()

    # --- Who there is ---------------------------------------------------------------------------------------

    @property
    def talks(self) -> list[Talk]:
        return list(chain.from_iterable(person.talks for person in self.people))

    @property
    def lines(self) -> list[Line]:
        return list(chain.from_iterable(talk.lines for talk in self.talks))

    @property
    def keys(self) -> list[str]:
        return [line.key for line in self.lines if line.key]

    def whose_token(self, shop: Shop, token: str) -> Person | None:
        known = (person for person in self.people if person.shop is shop and not person.is_gone)
        return next((person for person in known if token in person.tokens), None)

    def of_id(self, shop: Shop, external_id: str) -> Person | None:
        known = (person for person in self.people if person.shop is shop and not person.is_gone)
        return next((person for person in known if external_id and person.external_id == external_id), None)

    def newcomer(self, shop: Shop, conversation_id: int) -> Person:
        """Somebody whom a bootstrap has just made: nobody else's conversation may be theirs."""
        assert conversation_id not in {talk.pk for talk in self.talks}, (
            "a stranger got somebody's conversation"
        )
        conversation = Conversation.objects.get(pk=conversation_id)
        assert conversation.contact_id not in {person.contact_id for person in self.people}
        person = Person(shop, conversation.contact_id)
        person.talks.append(Talk(conversation_id, person))
        self.people.append(person)
        return person

    # --- What operators do ----------------------------------------------------------------------------------

    def answer(self, talk: Talk, body: str, file: SimpleUploadedFile | None) -> None:
        with stored(file) as files:
            message = posting.post_from_operator(
                conversation_id=talk.pk,
                operator=talk.person.shop.operator,
                body=body,
                files=files,
                client_message_id=uuid.uuid4(),
            )
        talk.status = "open"
        key = str(message.client_message_id)
        talk.lines.append(Line(message.pk, "out", message.body, key, files=[str(file.pk) for file in files]))

    def note(self, talk: Talk, body: str, file: SimpleUploadedFile | None) -> None:
        with stored(file) as files:
            note = noting.add_note(
                conversation_id=talk.pk, author=talk.person.shop.operator, body=body, files=files
            )
        talk.lines.append(Line(note.pk, "internal", body, files=[str(file.pk) for file in files]))

    # --- What visitors are told -----------------------------------------------------------------------------

    def check(self, messages: Sequence[dict[str, Any]], lines: Sequence[Line], person: Person) -> None:
        assert [heard(message) for message in messages] == [told(line, person) for line in lines]


def stored(file: SimpleUploadedFile | None) -> Any:
    return nullcontext([]) if file is None else attaching.stored([file], Limits(["image/png"], 1_048_576))


def new_branch() -> Branch:
    return Branch.objects.create(name=f"Branch {uuid.uuid4().hex[:12]}")


def new_operator(branch: Branch) -> User:
    """Somebody to whom nothing comes by itself."""
    name = f"operator-{uuid.uuid4().hex[:12]}"
    user = User.objects.create(
        username=name, first_name=name[:16], email=f"{name}@example.com", branch=branch
    )
    AgentProfile.objects.create(user=user, status=AgentProfile.Status.AWAY)
    return user


def new_shop(branch: Branch) -> Shop:
    inbox = Inbox.objects.create(name="Shop", branch=branch, max_file_size_mb=1)
    return Shop(inbox.pk, inbox.widget_token, inbox.identity_secret, new_operator(branch))
