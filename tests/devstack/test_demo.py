"""What the runner says before it starts anything, and when it is ready."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cxplatform.devstack.parts import ROOT
from cxplatform.devstack.report import describe

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def say_why_not(folder: Path, **environment: str) -> str:
    """Run the demo where it cannot start, and return what it says."""
    kept = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
    env = {**kept, "VAR_DIR": str(folder), **environment}
    command = [sys.executable, "-m", "cxplatform.devstack", "demo"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    return done.stderr.strip()


def test_taken_port_is_one_sentence_that_names_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = say_why_not(tmp_path / "var", PORT=str(port))
    assert "\n" not in said
    assert said.startswith(f"Port {port} cannot be used")
    assert f"PORT={port + 1}" in said
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("port", ["abc", "65536"])
def test_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert say_why_not(tmp_path, PORT=port) == f"PORT={port} is no port: give a number between 1 and 65535."


def test_addresses_are_given_all_or_none(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    said = say_why_not(tmp_path, PORT=port, REDIS_URL="redis://127.0.0.1/0")
    assert said.startswith("DATABASE_URL and DATABASE_OWNER_URL must be set too")


def test_report_shows_where_to_open_and_whom_to_sign_in_as() -> None:
    users = [
        {"email": "ada@lumen.example", "password": "correct horse", "role": "admin", "partner": None},
        {"email": "bo@lumen.example", "password": "battery staple", "role": "agent", "partner": "north-hub"},
    ]
    links = [{"url": f"http://127.0.0.1:8000/s/{number}"} for number in range(12)]
    organization = {"slug": "lumen", "users": users, "api_keys": [], "survey_links": links}
    said = describe({"base_url": "http://127.0.0.1:8000", "mail_dir": "var/mail", "organizations": [organization]})
    assert "Open http://127.0.0.1:8000" in said
    assert "ada@lumen.example   correct horse   admin\n" in said
    assert "bo@lumen.example    battery staple   agent, only north-hub\n" in said
    assert said.count("/s/") == 2
    assert "made up" in said
