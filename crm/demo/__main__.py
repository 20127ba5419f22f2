"""`make demo`: parse the options, take port and folder, run."""

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from crm.demo.environment import given_servers
from crm.demo.errors import DemoError, RefusalError
from crm.demo.folder import DemoFolder
from crm.demo.supervisor import Supervisor
from crm.servers import ServerError

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    os.umask(0o077)
    for number in _ENDING_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        servers = given_servers(os.environ)
        port = _checked_port(options.port)
        folder = DemoFolder(options.data_dir)
        folder.prepare(reset=options.reset)
        # Everything that is started here is found from the project's folder.
        os.chdir(Path(__file__).resolve().parents[2])
        Supervisor(folder, port, servers).run()
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return error.code
    except (ServerError, OSError) as error:
        sys.stderr.write(f"The demo can't start from {options.data_dir}: {error} RESET=1 begins anew.\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m crm.demo", description="Run the whole product for a look."
    )
    parser.add_argument("--port", default="8000", help="port of the web server, 0 for any free one")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".demo"), help="folder for all that the demo keeps"
    )
    parser.add_argument("--reset", action="store_true", help="begin with an empty folder")
    return parser.parse_args(arguments)


def _interrupt(_number: int, _frame: object) -> None:
    # make passes SIGTERM on, so one request can arrive twice: the second must not disturb the stopping.
    for number in _ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _checked_port(text: str) -> int:
    """Return a port that can be listened on, or refuse with a sentence before anything was started."""
    if not text.isdecimal() or int(text) > 65535:
        raise RefusalError(f"PORT must be a number from 0 to 65535, not {text!r}.")
    with socket.socket() as probe:
        # As the web server does: a port with only old connections that linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError as error:
            raise RefusalError(f"Port {text} needs more rights: choose another with PORT=…") from error
        except OSError as error:
            raise RefusalError(f"Port {text} is taken: choose another with PORT=…") from error
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
