"""Settings of what goes out: webhooks and links, from the environment (`crm.settings` takes them all)."""

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

MESSENGER_PUBLIC_URL = read(
    "MESSENGER_PUBLIC_URL",
    "str",
    "",
    "messenger.E070",
    "Where this installation is reached from outside, such as https://crm.example.com: for links in webhooks and mail.",
    validate=validators.http_url,
)
MESSENGER_WEBHOOK_TIMEOUT_SECONDS = read(
    "MESSENGER_WEBHOOK_TIMEOUT_SECONDS",
    "float",
    10.0,
    "messenger.E071",
    "How long a receiver of webhooks has to answer; half of `WORKER_TASK_SECONDS` at most (messenger.E075).",
    validate=validators.positive,
)
MESSENGER_WEBHOOK_PORTS: list[str] = read(
    "MESSENGER_WEBHOOK_PORTS",
    "list",
    ["80", "443", "8080", "8443"],
    "messenger.E072",
    "Ports at which webhooks may be received.",
    validate=validators.ports,
)
MESSENGER_WEBHOOK_ALLOWED_HOSTS: list[str] = read(
    "MESSENGER_WEBHOOK_ALLOWED_HOSTS",
    "list",
    [],
    "messenger.E073",
    "Hosts, addresses or networks that webhooks may go to though they are not public, at any port.",
    validate=validators.hosts_or_networks,
)
MESSENGER_WEBHOOK_LOG_DAYS = read(
    "MESSENGER_WEBHOOK_LOG_DAYS",
    "int",
    30,
    "messenger.E074",
    "How long what was sent by webhooks stays in the log.",
    validate=validators.days,
)
