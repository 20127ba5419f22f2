"""Python imports this by itself before a process's own code, where PYTHONPATH leads here: a wall clock that can jump.

As when an administrator or a time server sets the clock: `time.time` and Django's `now` jump, `time.monotonic`, Redis
and PostgreSQL don't. By how many seconds stands in the file that SURVIVAL_CLOCK names.
"""

import mmap
import os
import struct
import time
from datetime import datetime, timedelta

_FORMAT = "d"


def _install(path: str) -> None:
    with open(path, "rb") as file:  # noqa: PTH123  (as little as can be is imported here)
        shared = mmap.mmap(file.fileno(), struct.calcsize(_FORMAT), prot=mmap.PROT_READ)
    real_time = time.time

    def offset() -> float:
        ahead: float = struct.unpack(_FORMAT, shared[:])[0]
        return ahead

    from django.utils import timezone  # noqa: PLC0415

    real_now = timezone.now

    def now() -> datetime:
        return real_now() + timedelta(seconds=offset())

    timezone.now = now
    time.time = lambda: real_time() + offset()


if "SURVIVAL_CLOCK" in os.environ:
    _install(os.environ["SURVIVAL_CLOCK"])
