"""A line on which everything takes longer: a TCP proxy whose delay can be changed while it is used."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

SLICE_SECONDS = 0.02


class Delay:
    """Before the server on `target`; `seconds` is how long each piece from the server is kept back."""

    def __init__(self, target: int) -> None:
        self.seconds = 0.0
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._take)

    def close(self) -> None:
        self.seconds = 0.0
        for end in (self._listener, *self._sockets):
            _shut(end)
        for thread in self._threads:
            thread.join(5)
        for end in (self._listener, *self._sockets):
            end.close()

    def _start(self, act: object, *arguments: object) -> None:
        thread = threading.Thread(target=act, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _take(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                # As good as a port on which nobody listens.
                near.close()
                continue
            self._sockets += [near, far]
            self._start(self._carry, near, far, False)
            self._start(self._carry, far, near, True)

    def _carry(self, source: socket.socket, drain: socket.socket, is_slow: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                if is_slow:
                    self._keep_back()
                drain.sendall(piece)
        _shut(source)
        _shut(drain)

    def _keep_back(self) -> None:
        """Until it has waited as long as is asked of it by then."""
        begun = time.monotonic()
        while time.monotonic() - begun < self.seconds:
            time.sleep(SLICE_SECONDS)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def delayed(target: int) -> Iterator[Delay]:
    delay = Delay(target)
    try:
        yield delay
    finally:
        delay.close()
