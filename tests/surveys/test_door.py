"""The short way in for people who hold a link."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_link_sets_and_looks_at_no_cookie_and_keeps_its_own_headers() -> None:
    answer = Client().get("/s/AAAAAAAAAAAAAAAAAAAAAAAA/")
    assert answer.status_code == 404
    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer["X-Frame-Options"] == "DENY"
    assert int(answer["Content-Length"]) == len(answer.content)


@pytest.mark.django_db
def test_address_that_leads_nowhere_goes_the_long_way() -> None:
    answer = Client().get("/s/one/two/")
    assert answer.status_code == 404
    assert "script-src" in answer["Content-Security-Policy"]
