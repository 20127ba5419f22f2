"""`python -m crm.servers run -- COMMAND`: give a command servers of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from crm.servers import ServerError, temporary_servers


def main(arguments: Sequence[str]) -> int:
    if list(arguments[:2]) != ["run", "--"] or len(arguments) < 3:
        sys.stderr.write("usage: python -m crm.servers run -- COMMAND [ARGUMENT ...]\n")
        return 2
    # SIGTERM unwinds like Ctrl+C, so that the servers are stopped and their folder is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with temporary_servers() as urls:
            return _run(arguments[2:], {**os.environ, **urls})
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environment) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue  # The terminal told the command as well: it decides when to end.
            except SystemExit:
                process.terminate()
                raise
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
