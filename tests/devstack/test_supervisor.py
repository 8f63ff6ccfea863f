"""Parts that die come back."""

import os
import sys
import time
from pathlib import Path

from cxplatform.devstack.processes import Program, wait_until
from cxplatform.devstack.supervisor import LONGEST_PAUSE_S, Supervisor


def program(folder: Path, code: str) -> Program:
    """Return a part that runs a line of Python."""
    return Program(name="part", command=[sys.executable, "-S", "-c", code], env=os.environ, folder=folder)


def test_killed_part_comes_back_after_a_pause(tmp_path: Path) -> None:
    lines: list[str] = []
    supervisor, part = Supervisor(say=lines.append), program(tmp_path, "import time; time.sleep(600)")
    supervisor.add(part)
    now = time.monotonic()
    seen = []
    try:
        part.kill()
        for later_s in (0, 0.9, 1):
            supervisor.look(now=now + later_s)
            seen.append(part.running)
    finally:
        supervisor.stop()
    assert seen == [False, False, True]
    assert lines == [f"part stopped; it starts again in 1 s. Its log: {part.log}"]
    assert not part.running


def test_part_that_keeps_failing_is_tried_ever_more_slowly(tmp_path: Path) -> None:
    lines: list[str] = []
    supervisor, part = Supervisor(say=lines.append), program(tmp_path, "raise SystemExit(3)")
    now = time.monotonic()
    supervisor.add(part)
    for _ in range(7):
        assert wait_until(lambda: not part.running, timeout_s=20)
        supervisor.look(now=now)
        now += LONGEST_PAUSE_S
        supervisor.look(now=now)
    supervisor.stop()
    assert [line.split("again in ")[1].split(" s.")[0] for line in lines] == ["1", "2", "4", "8", "16", "30", "30"]
