"""A production-like process starts clean, refuses what is unsafe, and sends the headers that browsers need."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import Cast

SECRETS = {
    "SECRET_KEY": "3x9vQm2Lk8Wp5Rt7Yz1Bn4Hc6Jd0Fg3Sa9Ue2Io5Pl8Mk1Nj4Vb7Cx",
    "LINK_KEY": "a-link-key-of-some-length-0123456789",
    "FINGERPRINT_KEY": "a-fingerprint-key-of-some-length-0123456789",
    "VAULT_KEYS": "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
}
PRODUCTION = {
    **SECRETS,
    "BASE_URL": "https://cx.example.org",
    "ALLOWED_HOSTS": "cx.example.org",
    "DJANGO_SETTINGS_MODULE": "cxplatform.settings",
}
KEPT = ("PATH", "HOME", "DATABASE_URL", "REDIS_URL", "CACHE_URL", "VAR_DIR")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own with this environment only."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        env={**kept, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.thorough
def test_the_deploy_check_is_clean_in_production() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.thorough
def test_the_deploy_check_refuses_every_stand_in_secret() -> None:
    bare = {name: value for name, value in PRODUCTION.items() if name not in SECRETS}
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **bare)
    assert done.returncode == 1
    for name in SECRETS:
        assert name in done.stderr


def test_a_web_process_with_the_owners_role_refuses_to_start() -> None:
    owner = {**PRODUCTION, "DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
    done = run("-c", "import cxplatform.wsgi", **owner)
    assert done.returncode != 0
    assert "DATABASE_URL names a role that can bypass row-level security" in done.stderr
    assert "DATABASE_OWNER_URL" in done.stderr


@pytest.mark.thorough
def test_a_web_process_with_the_application_role_starts() -> None:
    done = run("-c", "import cxplatform.wsgi; print('up')", **PRODUCTION)
    assert (done.returncode, done.stdout) == (0, "up\n"), done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize(
    "command",
    [
        ("-c", "import cxplatform.wsgi"),
        ("-m", "celery", "-A", "cxplatform.celery:app", "worker", "-Q", "nothing", "-P", "solo"),
    ],
)
def test_no_process_starts_with_a_secret_that_everybody_knows(command: tuple[str, ...]) -> None:
    bare = {name: value for name, value in PRODUCTION.items() if name != "LINK_KEY"}
    done = run(*command, **bare)
    assert done.returncode != 0
    assert "LINK_KEY is not set" in done.stderr


def headers(response: Any) -> dict[str, str]:
    """Return the headers of an answer."""
    return dict(response.headers.items())


@pytest.mark.parametrize("url", ["/accounts/login/", "/o/acme/"])
def test_staff_pages_carry_strict_headers(cast: Cast, client: Client, url: str) -> None:
    if url != "/accounts/login/":
        client.force_login(cast.acme.members["admin"].user)
    sent = headers(client.get(url))
    policy = dict(part.strip().partition(" ")[::2] for part in sent["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in sent["Content-Security-Policy"]
    assert "http" not in sent["Content-Security-Policy"]
    assert sent["X-Frame-Options"] == "DENY"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Referrer-Policy"] == "same-origin"
    assert sent["Cross-Origin-Opener-Policy"] == "same-origin"


def test_https_turns_on_what_https_needs() -> None:
    script = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 31536000, s.SESSION_COOKIE_NAME, s.DEBUG)"
    )
    done = run("-c", script, **PRODUCTION)
    assert done.stdout.split() == ["True", "True", "True", "True", "__Host-session", "False"], done.stderr


def test_sessions_live_in_postgres() -> None:
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert settings.SESSION_COOKIE_HTTPONLY
