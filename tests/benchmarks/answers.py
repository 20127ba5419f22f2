"""An operator's answers in the workplace, as a workload beside those of visitors."""

import http.client
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.benchmarks.load import ANY_UUID, BODY, request
from tests.benchmarks.processes import Servers
from tests.benchmarks.workloads import NEWER_THAN_ALL, Shop

LIST = "/admin/messenger/conversation/"
CSRF = "c" * 32
# Prints the names of both cookies, the session's key, and the conversations.
_HIRE = """
from django.conf import settings
from django.test import Client
from crm.models import User
from messenger.models import Conversation, Inbox
inbox = Inbox.objects.get(pk={inbox})
anna = User.objects.create_user("{name}", branch=inbox.branch, first_name="Anna", is_staff=True)
client = Client()
client.force_login(anna)
names = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
print(*names, client.cookies[names[0]].value)
print(*Conversation.objects.filter(inbox=inbox, last_message_id__isnull=False).values_list("pk", flat=True))
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator who is logged in, and the conversations of the shop."""

    session_name: str
    csrf_name: str
    session: str
    conversations: Sequence[int]

    def answers(self, port: int) -> list[str]:
        """Their own row isn't asked for: whoever answers a conversation in a benchmark has no page to put it into."""
        fields = {
            "since_id": NEWER_THAN_ALL,
            "since_event": NEWER_THAN_ALL,
            "body": BODY,
            "client_message_id": ANY_UUID,
        }
        return [self._post(port, f"{LIST}{pk}/change/reply/", fields) for pk in self.conversations]

    def look(self, port: int) -> str:
        """The list of the branch's conversations, as an open page that has all its rows reads it again."""
        known = ",".join(re.findall(r'data-mark="([^"]+)"', self._ask(port, LIST)))
        who = {"Cookie": self._cookies, "X_Messenger_Part": "1"}
        return request(port, "GET", LIST, **who, X_Messenger_Known=known)

    def _ask(self, port: int, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path, headers={"Cookie": self._cookies, "X-Messenger-Part": "1"})
        answer = connection.getresponse().read().decode()
        connection.close()
        return answer

    @property
    def _cookies(self) -> str:
        return f"{self.session_name}={self.session}; {self.csrf_name}={CSRF}"

    def _post(self, port: int, path: str, fields: dict[str, object]) -> str:
        text = request(
            port,
            "POST",
            path,
            urlencode(fields),
            Cookie=self._cookies,
            X_CSRFToken=CSRF,
            X_Messenger_Part="1",
        )
        return text.replace(
            "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
        )


def hire(servers: Servers, shop: Shop) -> Desk:
    name = f"anna-{uuid.uuid4().hex[:8]}"
    said = servers.manage("shell", "-v0", "-c", _HIRE.format(inbox=shop.pk, name=name)).splitlines()
    session_name, csrf_name, session = said[-2].split()
    return Desk(session_name, csrf_name, session, [int(pk) for pk in said[-1].split()])
