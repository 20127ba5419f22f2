"""What came between a mail and its reader, to people. The codes are those of `services/visitor_mail/server.py`."""

from django.utils.translation import gettext as _

SMTP = "SMTP "
# Whose name says nothing to people.
NO_CONNECTION = {
    "ConnectionRefusedError",
    "ConnectionResetError",
    "ConnectionAbortedError",
    "BrokenPipeError",
    "SMTPServerDisconnected",
    "SMTPConnectError",
    "OSError",
    "gaierror",
}
NO_ANSWER = {"TooSlow", "TimeoutError"}


def problem_words(problem: str) -> str:
    """A sentence with the code; of a code that nobody foresaw the code."""
    name = problem.partition(" ")[0]
    if problem.startswith(SMTP):
        return _("the mail server refused the mail (%(code)s)") % {"code": problem.removeprefix(SMTP)}
    if name in NO_ANSWER:
        return _("the mail server did not answer in time")
    if name in NO_CONNECTION:
        return _("the mail server can't be reached (%(code)s)") % {"code": problem}
    if name == "SMTPAuthenticationError":
        return _("the mail server refused the log-in (%(code)s)") % {"code": problem}
    if name == "NoOutcome":
        return _("each attempt broke off")
    return problem
