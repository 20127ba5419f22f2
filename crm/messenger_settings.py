"""Settings of the messenger, from the environment (`crm.settings` takes them all)."""

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

MESSENGER_ENABLED = read("MESSENGER_ENABLED", "bool", False, "messenger.E001", "Turns the messenger on.")
MESSENGER_DEFAULT_BRANCH_ID = read(
    "MESSENGER_DEFAULT_BRANCH_ID",
    "int",
    None,
    "messenger.E002",
    "Branch of a global inbox's conversations that no routing rule takes.",
)
MESSENGER_TRUSTED_PROXIES: list[str] = read(
    "MESSENGER_TRUSTED_PROXIES",
    "list",
    [],
    "messenger.E003",
    "Addresses or networks of proxies whose X-Forwarded-For is believed.",
    validate=validators.networks,
)
MESSENGER_MAX_MESSAGE_LENGTH = read(
    "MESSENGER_MAX_MESSAGE_LENGTH",
    "int",
    2000,
    "messenger.E004",
    "Longest text of a message, in characters.",
    validate=validators.positive,
)
MESSENGER_SESSION_TTL_SECONDS = read(
    "MESSENGER_SESSION_TTL_SECONDS",
    "int",
    86_400,
    "messenger.E005",
    "Life of a visitor's session after its last use.",
    validate=validators.positive,
)
MESSENGER_VISITOR_TOKEN_TTL_DAYS = read(
    "MESSENGER_VISITOR_TOKEN_TTL_DAYS",
    "int",
    365,
    "messenger.E006",
    "How long a browser that comes back is known.",
    validate=validators.positive,
)
MESSENGER_POLL_INTERVAL_MS = read(
    "MESSENGER_POLL_INTERVAL_MS",
    "int",
    3000,
    "messenger.E007",
    "First interval of a widget that has to poll.",
    validate=validators.positive,
)
MESSENGER_SSE_ENABLED = read(
    "MESSENGER_SSE_ENABLED", "bool", True, "messenger.E008", "Event streams for widgets."
)
MESSENGER_STREAMS_PER_SESSION = read(
    "MESSENGER_STREAMS_PER_SESSION",
    "int",
    8,
    "messenger.E009",
    "Open streams of one visitor's session or one operator.",
    validate=validators.positive,
)
MESSENGER_STREAMS_PER_ADDRESS = read(
    "MESSENGER_STREAMS_PER_ADDRESS",
    "int",
    200,
    "messenger.E010",
    "Open streams of one address.",
    validate=validators.positive,
)
MESSENGER_STREAM_HEARTBEAT_SECONDS = read(
    "MESSENGER_STREAM_HEARTBEAT_SECONDS",
    "float",
    15.0,
    "messenger.E011",
    "Interval of a stream's comment lines; at most 20.",
    validate=validators.positive,
)
MESSENGER_STREAM_RECHECK_SECONDS = read(
    "MESSENGER_STREAM_RECHECK_SECONDS",
    "float",
    30.0,
    "messenger.E012",
    "How often an operator's stream asks again for session and permission.",
    validate=validators.positive,
)
MESSENGER_EMPTY_CONVERSATION_HOURS = read(
    "MESSENGER_EMPTY_CONVERSATION_HOURS",
    "int",
    24,
    "messenger.E013",
    "Conversations without a message are removed after this time.",
    validate=validators.positive,
)
MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS = read(
    "MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS",
    "int",
    90,
    "messenger.E018",
    "Resolved conversations are closed after so many days without a message.",
    validate=validators.days,
)

MESSENGER_ESCALATION_TIMEOUT_SECONDS = read(
    "MESSENGER_ESCALATION_TIMEOUT_SECONDS",
    "int",
    240,
    "messenger.E014",
    "How long an operator has to open a conversation before it goes to the next one.",
    validate=validators.positive,
)
MESSENGER_PRESENCE_TIMEOUT_SECONDS = read(
    "MESSENGER_PRESENCE_TIMEOUT_SECONDS",
    "int",
    120,
    "messenger.E015",
    "An operator whose browser is gone for so long gets nothing new; below 90 hidden tabs may count as gone.",
    validate=validators.positive,
)
MESSENGER_OUTSIDE_WORKING_HOURS_MESSAGE = read(
    "MESSENGER_OUTSIDE_WORKING_HOURS_MESSAGE",
    "str",
    "",
    "messenger.E016",
    "What visitors are told outside of working hours; empty: a sentence of ours in their language.",
)
MESSENGER_HEALTH_TOKEN = read(
    "MESSENGER_HEALTH_TOKEN",
    "str",
    "",
    "messenger.E017",
    "Token with which a monitor reads the diagnosis as JSON; empty: only people who are logged in.",
)


def _throttle(name: str, default: str, check_id: str) -> str:
    return read(
        name, "str", default, check_id, "Limit in the form 60/min; empty: none.", validate=validators.rate
    )


MESSENGER_THROTTLE_BOOTSTRAP_ADDRESS = _throttle(
    "MESSENGER_THROTTLE_BOOTSTRAP_ADDRESS", "30/min", "messenger.E020"
)
MESSENGER_THROTTLE_BOOTSTRAP_INBOX = _throttle(
    "MESSENGER_THROTTLE_BOOTSTRAP_INBOX", "1200/min", "messenger.E021"
)
MESSENGER_THROTTLE_SEND_ADDRESS = _throttle("MESSENGER_THROTTLE_SEND_ADDRESS", "120/min", "messenger.E022")
MESSENGER_THROTTLE_SEND_SESSION = _throttle("MESSENGER_THROTTLE_SEND_SESSION", "30/min", "messenger.E023")
MESSENGER_THROTTLE_SEND_INBOX = _throttle("MESSENGER_THROTTLE_SEND_INBOX", "6000/min", "messenger.E024")
MESSENGER_THROTTLE_POLL_ADDRESS = _throttle("MESSENGER_THROTTLE_POLL_ADDRESS", "1200/min", "messenger.E025")
MESSENGER_THROTTLE_POLL_SESSION = _throttle("MESSENGER_THROTTLE_POLL_SESSION", "120/min", "messenger.E026")
MESSENGER_THROTTLE_POLL_INBOX = _throttle("MESSENGER_THROTTLE_POLL_INBOX", "60000/min", "messenger.E027")
MESSENGER_THROTTLE_STREAM_ADDRESS = _throttle(
    "MESSENGER_THROTTLE_STREAM_ADDRESS", "240/min", "messenger.E028"
)
MESSENGER_THROTTLE_STREAM_SESSION = _throttle("MESSENGER_THROTTLE_STREAM_SESSION", "30/min", "messenger.E029")
MESSENGER_THROTTLE_STREAM_INBOX = _throttle("MESSENGER_THROTTLE_STREAM_INBOX", "12000/min", "messenger.E030")
MESSENGER_THROTTLE_UPLOAD_ADDRESS = _throttle("MESSENGER_THROTTLE_UPLOAD_ADDRESS", "60/min", "messenger.E031")
MESSENGER_THROTTLE_UPLOAD_SESSION = _throttle("MESSENGER_THROTTLE_UPLOAD_SESSION", "15/min", "messenger.E032")
MESSENGER_THROTTLE_UPLOAD_INBOX = _throttle("MESSENGER_THROTTLE_UPLOAD_INBOX", "1200/min", "messenger.E033")
MESSENGER_THROTTLE_REST_TOKEN = _throttle("MESSENGER_THROTTLE_REST_TOKEN", "600/min", "messenger.E039")

MESSENGER_CAPTCHA_ENABLED = read(
    "MESSENGER_CAPTCHA_ENABLED",
    "bool",
    True,
    "messenger.E034",
    "A proof of work, unseen by visitors, from addresses that behave like a script.",
)
MESSENGER_CAPTCHA_MAX_NUMBER = read(
    "MESSENGER_CAPTCHA_MAX_NUMBER",
    "int",
    50_000,
    "messenger.E035",
    "Difficulty of the proof of work: at most so many hashes, half of them on average.",
    validate=validators.positive,
)
MESSENGER_CAPTCHA_BOOTSTRAPS = read(
    "MESSENGER_CAPTCHA_BOOTSTRAPS",
    "str",
    "25/min",
    "messenger.E036",
    "Visits of one address beyond which a proof of work is asked for; empty: never by their number.",
    validate=validators.rate,
)
MESSENGER_CAPTCHA_MESSAGES = read(
    "MESSENGER_CAPTCHA_MESSAGES",
    "str",
    "100/min",
    "messenger.E037",
    "Messages of one address beyond which a proof of work is asked for; empty: never by their number.",
    validate=validators.rate,
)
MESSENGER_CAPTCHA_SECONDS = read(
    "MESSENGER_CAPTCHA_SECONDS",
    "int",
    600,
    "messenger.E038",
    "How long an address stays suspicious, a challenge can be solved, and a solution holds for a session.",
    validate=validators.positive,
)
