"""One line for each request, with an id and without what could describe a person."""

import logging

import pytest
from django.test import Client

from tests.conftest import Cast

GIVEN = "0192f0c1-7a6b-7e0a"


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """Return the request lines as structured events."""
    return [each.msg for each in caplog.records if each.name == "cxplatform.lib.logs" and isinstance(each.msg, dict)]


def test_a_request_is_one_line_that_says_how_it_was_answered(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Client().get("/healthz?q=PX-7K3M-29QD")
    (line,) = lines(caplog)
    assert (line["event"], line["method"], line["path"], line["code"]) == ("request", "GET", "/healthz", 200)
    assert "PX-7K3M-29QD" not in str(line)


def test_a_request_carries_the_id_that_a_proxy_gave_and_never_other_words(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        Client().get("/healthz", headers={"X-Request-ID": GIVEN})
        Client().get("/healthz", headers={"X-Request-ID": "ann@example.org was here"})
    given, other = lines(caplog)
    assert given["request_id"] == GIVEN
    assert len(str(other["request_id"])) == 32
