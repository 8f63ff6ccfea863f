"""Child processes that cannot outlive the process that started them."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cxplatform.devstack import launch
from cxplatform.devstack.errors import DevstackError

ORPHAN_S = 5
_LAUNCH = (sys.executable, "-I", "-S", launch.__file__)


class Program:
    """One program, run as one child process in a session of its own (Ctrl-C at the terminal reaches only us)."""

    stop_signal = signal.SIGTERM
    death_signal = signal.SIGKILL

    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        folder: Path,
        cwd: Path = Path("/"),
        user: pwd.struct_passwd | None = None,
    ) -> None:
        """Describe the program; `start` runs it.

        folder: gets `<name>.pid` and `log/<name>.log`; must exist.
        user: whom to run it as, where we are root; None = as ourselves.
        """
        self.name = name
        self.command = [str(part) for part in command]
        self.log = folder / "log" / f"{name}.log"
        self._env = dict(env)
        self._pid_file = folder / f"{name}.pid"
        self._cwd = cwd
        self._user = user
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id. Raises DevstackError when the program is not running."""
        if self._child is None:
            raise DevstackError(f"{self.name} is not running.")
        return self._child.pid

    @property
    def started(self) -> bool:
        """Whether it was started and its end has not been taken note of."""
        return self._child is not None

    @property
    def running(self) -> bool:
        """Whether the process is there, be it frozen."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Run the program, after ending what a killed run of ours may have left of it. No-op when it runs."""
        if self.running:
            return
        self.kill()
        end_orphan(self._pid_file)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = self._spawn(log.fileno())
        self._pid_file.write_text("\n".join([str(self._child.pid), *self.command]))

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        user = (self._user.pw_uid, self._user.pw_gid) if self._user else (launch.KEEP, launch.KEEP)
        return subprocess.Popen(
            [*_LAUNCH, *(str(part) for part in (os.getpid(), int(self.death_signal), *user)), *self.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=self._env,
            cwd=self._cwd,
            start_new_session=True,
        )

    def stop(self, *, timeout_s: float = 10) -> None:
        """Ask the program to end, and end it when it has not after `timeout_s`. No-op when it is not running."""
        if self._child is None:
            return
        if self.running:
            self.ask_to_stop()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout_s)
        self.kill()

    def ask_to_stop(self) -> None:
        """Send the signal to end, without waiting; a frozen program is thawed so that it hears it."""
        if self.running:
            self.thaw()
            self._signal(self.stop_signal)

    def kill(self) -> None:
        """End the program at once, as kill -9 does, with whatever it left in its process group."""
        if self._child is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._child = None
        self._pid_file.unlink(missing_ok=True)

    def wait(self) -> int:
        """Wait until the program ends by itself, and return its exit code."""
        if self._child is None:
            raise DevstackError(f"{self.name} is not running.")
        code = self._child.wait()
        self.kill()
        return code

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Make it a black hole: connections are accepted by the kernel, and nothing is ever answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._child and self.running:
            self._child.send_signal(number)

    def last_words(self, lines: int = 5) -> str:
        """Return the end of the program's log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def end_orphan(pid_file: Path) -> None:
    """End the process that a killed run of ours named in `pid_file`, and wait until it is gone.

    Nothing is ended unless it still runs the command that the file names: pids are used again.
    """
    if not pid_file.exists():
        return
    pid, *command = pid_file.read_text().splitlines() or ["0"]
    for number in (signal.SIGINT, signal.SIGKILL):
        if _command_line(int(pid)) == " ".join(command):
            _end(int(pid), number)
    pid_file.unlink(missing_ok=True)


def _end(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, number)
        wait_until(lambda: not _command_line(pid), timeout_s=ORPHAN_S)


def _command_line(pid: int) -> str | None:
    """Return the command line of a process, "" for a zombie, None when there is no such process."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return None
    return run_to_end(["ps", "-o", "command=", "-p", str(pid)]).stdout.strip()


def run_to_end(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, user: pwd.struct_passwd | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a short program and return its code and what it said; `user` as for Program."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        cwd="/",
        env=env,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def wait_until(ready: Callable[[], bool], *, timeout_s: float, pause_s: float = 0.01) -> bool:
    """Ask `ready` until it says yes, and return whether it did within `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
    return True
