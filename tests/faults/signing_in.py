"""A member of staff who signs in by plain HTTP."""

import http.client
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PATH = "/accounts/login/"


def session_cookie(*, port: int, email: str, password: str) -> str:
    """Sign in through the form; return the cookie of the session as a header's value, "" when none was opened."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", PATH)
        page = connection.getresponse()
        html, cookies = page.read().decode(), SimpleCookie(page.headers["Set-Cookie"] or "")
        token = _TOKEN.search(html)
        assert token, html[:500]
        body = urlencode({"csrfmiddlewaretoken": token[1], "login": email, "password": password})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={each.value}" for name, each in cookies.items()),
        }
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        answer.read()
        given = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or []]
        opened = [value for value in given if value.startswith("session=")]
        return opened[0] if opened and answer.status == http.HTTPStatus.FOUND else ""
    finally:
        connection.close()
