"""Child processes that never outlive us: apart from the terminal, stopped in steps, dead when we are."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = (
    1,
    8,
    28,
    47,
    2,
)
_SECBIT_NO_SETUID_FIXUP = 4
_CAPABILITY_VERSION_3, _CAP_DAC_OVERRIDE = 0x20080522, 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """Whom a child runs as. `sees_all` lets it through folders that only root may enter."""

    uid: int
    gid: int
    sees_all: bool = False


def unprivileged_account(folder: Path, *needed: Path) -> Account | None:
    """Return the account for a program that refuses to run as root; None when we aren't root.

    An existing folder keeps its owner, so that data made by an ordinary user still opens as root.
    """
    if os.geteuid() != 0:
        return None
    closed = not all(_open_to_others(path) for path in (folder, *needed))
    owner = folder.stat() if folder.exists() else None
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, closed)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid, closed)
    return None


def _open_to_others(path: Path) -> bool:
    path = path.resolve()
    chain = [*path.parents, path] if path.is_file() else path.parents
    return all(part.stat().st_mode & 0o005 == 0o005 for part in chain if part.exists())


class Child:
    """A running child with its log file."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        account: Account | None = None,
        death_signal: signal.Signals = signal.SIGTERM,
        stdin: str | None = None,
    ) -> None:
        """Start `command`; it gets `death_signal` when we die, even by SIGKILL (on Linux)."""
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment) if environment is not None else None,
                # The terminal's Ctrl+C is ours alone: we stop the children, in order.
                start_new_session=True,
                # It takes no lock: all that it needs is there before the fork.
                preexec_fn=_preparation(account, death_signal),  # noqa: PLW1509
            )
        if stdin is not None and self._process.stdin is not None:
            # Who ends without reading says why in the log.
            with contextlib.suppress(BrokenPipeError), self._process.stdin as pipe:
                pipe.write(stdin.encode())

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def returncode(self) -> int | None:
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Return whether the child ended within `seconds`."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each step's signal and wait its seconds, until it is gone; then kill what its group left."""
        for number, seconds in steps:
            if self.running():
                self.send(number)
            if self.wait(seconds):
                break
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def last_lines(self, count: int = 15) -> str:
        with self.log.open(encoding="utf-8", errors="replace") as lines:
            return "".join(deque(lines, count)).rstrip()


def _preparation(account: Account | None, death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            _become(account)
        # After the change of user, which would take the death signal away again.
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _become(account: Account) -> None:
    """Drop root for `account`, keeping at most the right to enter closed folders.

    The other way, opening every folder up to `/` for everybody, would change the machine for good.
    """
    if account.sees_all and _libc is not None:
        _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # Without it access(2) forgets the right, and initdb says that its own files are missing.
        _libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if account.sees_all and _libc is not None:
        _keep_only(_libc, _CAP_DAC_OVERRIDE)


def _keep_only(libc: ctypes.CDLL, capability: int) -> None:
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    for kept in (bit, 0):
        sets = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
        if libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0:
            libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return
    raise PermissionError("Root's rights could not be dropped.")
