class DemoError(Exception):
    """Why the demo doesn't run, as one sentence for a person; `code` is what the process exits with."""

    code = 1


class RefusalError(DemoError):
    """Nothing was started: an option, the port or the folder is wrong."""

    code = 2
