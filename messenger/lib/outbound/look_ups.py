"""Asks the resolver without letting a dead name server hold anybody else up.

A look-up that hangs can't be broken off: its thread stays for as long as the resolver is patient. So each host has a
thread of its own, which all who ask for it share, and the end of the loop or of the process waits for none of them.
"""

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import Any

type Asked = tuple[str, int]

_lock = threading.Lock()
_waiting: dict[Asked, list[Future[Any]]] = {}


async def look_up(host: str, port: int) -> list[str]:
    """The host's addresses, each once, in the resolver's order; raises what the resolver raises."""
    found = await asyncio.wrap_future(_ask((host, port)))
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _ask(asked: Asked) -> Future[Any]:
    mine: Future[Any] = Future()
    with _lock:
        others = _waiting.setdefault(asked, [])
        others.append(mine)
        is_first = len(others) == 1
    if is_first:
        threading.Thread(target=_answer, args=(asked,), name="look-up", daemon=True).start()
    return mine


def _answer(asked: Asked) -> None:
    found: Any = None
    failure: Exception | None = None
    try:
        found = socket.getaddrinfo(*asked, type=socket.SOCK_STREAM)
    except Exception as error:  # noqa: BLE001  (told to those who asked)
        failure = error
    with _lock:
        waiting = _waiting.pop(asked)
    for one in waiting:
        if not one.set_running_or_notify_cancel():
            continue
        if failure is None:
            one.set_result(found)
        else:
            one.set_exception(failure)
