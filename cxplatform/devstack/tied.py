"""Run a Python program whose forks end with it: `python -m cxplatform.devstack.tied [--nice 5] celery -A … worker`.

Web and task workers are forks of a master. When the master is killed with -9, some of them would stay behind, holding a
port or a queue; with this, the kernel ends them too. With --nice it makes way for others when the machine is busy.
"""

import os
import runpy
import signal
import sys
import threading

from cxplatform.devstack.launch import tie


class _Forks:
    """Ties each fork to the process that made it."""

    parent: int | None = None

    def remember(self) -> None:
        # The kernel watches the forking thread, not the process: a fork of a short-lived thread must stay untied.
        is_main = threading.current_thread() is threading.main_thread()
        self.parent = os.getpid() if is_main else None

    def tie(self) -> None:
        if self.parent is not None:
            tie(parent=self.parent, death_signal=signal.SIGKILL)


def main() -> None:
    """Run the module that the first argument after --nice names with the other arguments."""
    if sys.argv[1] == "--nice":
        os.nice(int(sys.argv[2]))
        del sys.argv[1:3]
    forks = _Forks()
    os.register_at_fork(before=forks.remember, after_in_child=forks.tie)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
