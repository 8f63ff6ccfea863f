"""No process outlives the one that started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxplatform.devstack.parts import ROOT
from cxplatform.devstack.places import outside_folders
from cxplatform.devstack.processes import Program, end_orphan, wait_until
from cxplatform.devstack.servers import servers

GONE_S = 20
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")

RUNNER = """
import sys, time
from pathlib import Path
from cxplatform.devstack.servers import servers
with servers(folder=Path(sys.argv[1]), durable=False) as running:
    running.valkey.freeze()
    print(running.postgres.pid, running.valkey.pid, flush=True)
    time.sleep(600)
"""
FORKS = """
import os, time
if pid := os.fork():
    print(pid, flush=True)
time.sleep(600)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def is_gone(pid: int) -> bool:
    """Tell whether the process has ended (a zombie that nobody has buried yet has)."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


@contextmanager
def python(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run Python until the block ends, and yield it with the pids that its first line names."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process, [int(pid) for pid in process.stdout.readline().split()]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.thorough
@needs_linux
def test_killed_runner_leaves_no_server_and_the_next_one_starts(tmp_path: Path) -> None:
    with python("-c", RUNNER, str(tmp_path)) as (runner, pids):
        assert len(pids) == 2
        runner.kill()
        for pid in pids:
            assert wait_until(lambda pid=pid: is_gone(pid), timeout_s=GONE_S)  # type: ignore[misc]
    left = outside_folders(tmp_path / "0")
    with servers(folder=tmp_path / "another", durable=False):
        assert not any(home.exists() for home in left), "memory of a killed run was not freed by the next run"
    with servers(folder=tmp_path, durable=False) as running:
        assert running.postgres.running


@needs_linux
def test_forks_end_with_a_killed_master(tmp_path: Path) -> None:
    (tmp_path / "forks.py").write_text(FORKS)
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['tied', 'forks']; "
    with python("-c", script + "from cxplatform.devstack.tied import main; main()") as (master, pids):
        assert not is_gone(pids[0])
        master.kill()
        assert wait_until(lambda: is_gone(pids[0]), timeout_s=GONE_S)


def test_stubborn_program_is_killed(tmp_path: Path) -> None:
    program = Program(name="stubborn", command=[sys.executable, "-c", STUBBORN], env=os.environ, folder=tmp_path)
    program.start()
    pid = program.pid
    assert wait_until(lambda: program.last_words() == "up", timeout_s=GONE_S)
    program.stop(timeout_s=0.05)
    assert is_gone(pid)
    assert not program.running


def test_pid_that_another_program_has_now_is_left_alone(tmp_path: Path) -> None:
    with python("-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)") as (bystander, pids):
        pid_file = tmp_path / "postgres.pid"
        pid_file.write_text(f"{pids[0]}\n/usr/bin/postgres\n-D")
        end_orphan(pid_file)
        assert bystander.poll() is None
        assert not pid_file.exists()


@pytest.mark.thorough
def test_orphan_that_runs_the_same_command_is_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
    with python(*command[1:]) as (orphan, pids):
        (tmp_path / "part.pid").write_text("\n".join([str(pids[0]), *command]))
        end_orphan(tmp_path / "part.pid")
        assert orphan.wait(GONE_S) in (1, -signal.SIGINT, -signal.SIGKILL)
