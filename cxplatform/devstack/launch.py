"""Become another program, as another user, tied to the process that asked: `python launch.py PARENT SIGNAL UID GID …`.

A script of its own, run between fork and exec in the child: doing the same by `preexec_fn` is unsafe beside threads. It
imports nothing of the package, so that it costs a few milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
KEEP = "-"


def tie(*, parent: int, death_signal: int) -> None:
    """Ask the kernel to send us `death_signal` when `parent` (our parent's pid) ends; end now if it already has.

    Linux only, elsewhere nothing happens. The kernel watches the thread that spawned us: spawn from a thread that lives
    as long as its process. A change of user undoes it; exec keeps it.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Do what the arguments say; KEEP for UID and GID keeps both."""
    parent, death_signal, uid, gid, *command = sys.argv[1:]
    if uid != KEEP:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    tie(parent=int(parent), death_signal=int(death_signal))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
