from messenger.exceptions import MessengerError


class Unreadable(MessengerError):
    """Says in the reader's language what is wrong with the file as a whole."""

    code = "unreadable"
