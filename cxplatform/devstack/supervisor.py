"""Keep the parts of a running system up."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.processes import Program

LOOK_EVERY_S = 0.5
LONGEST_PAUSE_S = 30
STEADY_AFTER_S = 60
STOP_S = 10


@dataclass
class _Watched:
    program: Program
    started_at: float
    failures: int = 0
    due_at: float | None = None

    def look(self, *, now: float, say: Callable[[str], None]) -> None:
        """Start the program again, after a pause that doubles with every failure in a row."""
        if self.due_at is not None:
            if now >= self.due_at:
                self._start_again(now=now, say=say)
        elif not self.program.running:
            self._note_failure(now=now, say=say)

    def _note_failure(self, *, now: float, say: Callable[[str], None]) -> None:
        self.failures = 1 if now - self.started_at > STEADY_AFTER_S else self.failures + 1
        pause_s = min(2 ** (self.failures - 1), LONGEST_PAUSE_S)
        self.due_at = now + pause_s
        say(f"{self.program.name} stopped; it starts again in {pause_s} s. Its log: {self.program.log}")

    def _start_again(self, *, now: float, say: Callable[[str], None]) -> None:
        self.due_at, self.started_at = None, now
        try:
            self.program.start()
        except DevstackError as error:
            say(str(error))


class Supervisor:
    """Starts programs in order, starts one again that ends, and stops them in the opposite order."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        """`say` gets one line for everything that a person should know."""
        self._say = say
        self._groups: list[list[_Watched]] = []

    def add(self, *programs: Program) -> None:
        """Start programs that stop together; those that run already are only watched."""
        group: list[_Watched] = []
        self._groups.append(group)
        for program in programs:
            group.append(_Watched(program=program, started_at=time.monotonic()))
            if not program.running:
                program.start()

    def look(self, *, now: float) -> None:
        """Start again what has ended and has waited long enough; `now` in seconds of the monotonic clock."""
        for group in self._groups:
            for watched in group:
                watched.look(now=now, say=self._say)

    def watch(self) -> None:
        """Look for ever."""
        while True:
            self.look(now=time.monotonic())
            time.sleep(LOOK_EVERY_S)

    def stop(self) -> None:
        """Stop everything, the last group first."""
        for group in reversed(self._groups):
            _stop_together([watched.program for watched in group])


def _stop_together(programs: Sequence[Program]) -> None:
    for program in programs:
        program.ask_to_stop()
    deadline = time.monotonic() + STOP_S
    for program in programs:
        program.stop(timeout_s=max(deadline - time.monotonic(), 0))
