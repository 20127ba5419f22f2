"""How the log-in is guarded, from the environment (`crm.settings` takes them all)."""

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

LOGIN_ATTEMPTS = read(
    "LOGIN_ATTEMPTS",
    "int",
    5,
    "crm.E060",
    "Wrong passwords or codes for one user from one address before it has to wait.",
    validate=validators.positive,
)
LOGIN_ATTEMPTS_PER_ADDRESS = read(
    "LOGIN_ATTEMPTS_PER_ADDRESS",
    "int",
    50,
    "crm.E061",
    "Wrong passwords from one address, whoever they are for, before it has to wait.",
    validate=validators.positive,
)
LOGIN_LOCK_SECONDS = read(
    "LOGIN_LOCK_SECONDS",
    "int",
    300,
    "crm.E062",
    "First wait after too many; each that follows within a day is twice as long, at most 16 times.",
    validate=validators.positive,
)
SECOND_FACTOR_ROLES: list[str] = read(
    "SECOND_FACTOR_ROLES",
    "list",
    [],
    "crm.E063",
    "Roles that need a second factor to log in: operator, administrator.",
    validate=validators.roles,
)
SECOND_FACTOR_REMEMBER_DAYS = read(
    "SECOND_FACTOR_REMEMBER_DAYS",
    "int",
    30,
    "crm.E064",
    "Days for which a browser may be remembered and asked for no code; 0: it is always asked.",
    validate=validators.not_negative,
)
SESSION_IDLE_SECONDS = read(
    "SESSION_IDLE_SECONDS",
    "int",
    43_200,
    "crm.E066",
    "A user is logged out after so long without a click, a key or a page, from 300; 0: never for that.",
    validate=validators.session_span,
)
SESSION_LONGEST_SECONDS = read(
    "SESSION_LONGEST_SECONDS",
    "int",
    1_209_600,
    "crm.E067",
    "A user is logged out so long after the log-in, whatever they do; not below the idle time; 0: never for that.",
    validate=validators.session_span,
)
INVITATION_DAYS = read(
    "INVITATION_DAYS",
    "int",
    7,
    "crm.E065",
    "Days for which the link of an invitation works.",
    validate=validators.positive,
)
