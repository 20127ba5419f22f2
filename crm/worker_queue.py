"""The queues between a worker's processes, such that each of the processes may be killed at any time.

multiprocessing guards a queue with semaphores. The process that listens holds one for as long as it is idle, and takes
it into its grave when it is killed: no other process of the worker gets a task ever again, while new ones are started
and the worker looks well (django-q2's issues 23 and 339). The kernel takes a lock on a file back from the dead.
"""

import fcntl
import tempfile
from types import TracebackType
from typing import Any

from django_q import cluster
from django_q.queues import Queue


class ProcessLock:
    """Belongs to one process at a time, until it gives it back or ends; forks inherit the file and not the lock."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closing it would end the lock)

    def acquire(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


class LastingQueue(Queue):  # type: ignore[misc]
    """django-q2's queue, which readers and writers may leave by SIGKILL."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rlock, self._wlock = ProcessLock(), ProcessLock()


def install() -> None:
    cluster.Queue = LastingQueue
