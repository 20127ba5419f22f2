"""W1 to W3: what visitors ask for, and which bare limit each is divided by."""

import http.client
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.load import ANY_UUID, BODY, Load, request
from tests.benchmarks.measuring import Effort, Measurement, median_run, under
from tests.benchmarks.processes import Servers

CONVERSATIONS = 50
NEWER_THAN_ALL = 2**40
_MAKE_INBOX = """
from django.core.management.color import no_style
from django.db import connection
from crm.models import Branch
from messenger.models import Inbox
# Those who filled the database of years gave the ids themselves.
with connection.cursor() as cursor:
    for statement in connection.ops.sequence_reset_sql(no_style(), [Branch, Inbox]):
        cursor.execute(statement)
branch, _ = Branch.objects.get_or_create(name="Bench")
inbox = Inbox.objects.create(name="Bench", branch=branch)
print(inbox.pk, inbox.widget_token)
"""
# A database that is kept has to be as it was.
_REMOVE_INBOX = """
from django_q.models import OrmQ
from messenger.models import Contact, Conversation, Inbox, Message
inbox = Inbox.objects.get(pk={pk})
OrmQ.objects.all().delete()
Message.objects.filter(conversation__inbox=inbox).delete()
Conversation.objects.filter(inbox=inbox).delete()
Contact.objects.filter(inbox=inbox).delete()
inbox.delete()
inbox.branch.delete()
"""


@dataclass(frozen=True, slots=True)
class Workload:
    """`service` names who is asked, `bare` the measurement that it is divided by."""

    name: str
    title: str
    service: str
    bare: str


# By deploy/Caddyfile what has a body goes to the process "bodies"; the web server's figure stands beside it, because
# bare limits and peers were measured with one of its kind.
WORKLOADS = (
    Workload("W1", "bootstrap", "web", "insert"),
    Workload("W1b", "bootstrap, by bodies", "bodies", "insert"),
    Workload("W2", "send", "web", "raw send"),
    Workload("W2b", "send, by bodies", "bodies", "raw send"),
    Workload("W3", "quiet poll", "web", "drf"),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """An inbox that nobody else uses, with its visitors' sessions."""

    pk: int
    token: str
    sessions: Sequence[str]

    def requests(self, workload: Workload, port: int) -> list[str]:
        if workload.name.startswith("W1"):
            return [
                request(
                    port,
                    "POST",
                    "/api/widget/bootstrap/",
                    "{}",
                    X_Widget_Token=self.token,
                    X_Widget_Session="",
                )
            ]
        return [self._of_visitor(workload, port, session) for session in self.sessions]

    def _of_visitor(self, workload: Workload, port: int, session: str) -> str:
        who = {"X_Widget_Token": self.token, "X_Widget_Session": session}
        if workload.name == "W3":
            return request(port, "GET", f"/api/widget/poll/?since_id={NEWER_THAN_ALL}", **who)
        body = json.dumps({"body": BODY, "client_message_id": ANY_UUID})
        return request(port, "POST", "/api/widget/send/", body, **who)


def open_shop(servers: Servers) -> Shop:
    """With a message in each of its conversations: the first one finds an operator, which is not what is measured."""
    pk, token = servers.manage("shell", "-v0", "-c", _MAKE_INBOX).split()[-2:]
    port = servers.programs["web"].port
    shop = Shop(int(pk), token, [_bootstrap(port, token) for _ in range(CONVERSATIONS)])
    with Load(port, shop.requests(WORKLOADS[2], port), clients=1) as load:
        load.run(CONVERSATIONS)
    return shop


def close_shop(servers: Servers, shop: Shop) -> None:
    servers.manage("shell", "-v0", "-c", _REMOVE_INBOX.format(pk=shop.pk))


def _bootstrap(port: int, token: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    head = {"Content-Type": "application/json", "X-Widget-Token": token}
    connection.request("POST", "/api/widget/bootstrap/", "{}", head)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["widget_session_token"])


def measured(servers: Servers, shop: Shop, effort: Effort, names: set[str]) -> Iterator[Measurement]:
    """By the processes of production, which run."""
    for workload in WORKLOADS:
        if workload.name[:2] not in names:
            continue
        port = servers.programs[workload.service].port
        with Load(port, shop.requests(workload, port)) as load:
            run = under(servers, load)
            yield median_run(workload.name, workload.title, effort, run, workload.bare)
