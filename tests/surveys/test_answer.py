"""The patient's path through /s/<token>/, by plain HTTP."""

import re

from surveys.models import Response
from tests.conftest import Cast, make_invitation


def hidden_token(html: str) -> str:
    return re.search(r'name="_form" value="([^"]+)"', html).group(1)


def walk(client, url: str, answers: dict[str, object]) -> str:
    """Answer page after page as a browser without script would; return the last page."""
    html = client.get(url).content.decode()
    for _ in range(20):
        action = re.search(r'<form method="post" action="([^"]+)"', html)
        if not action:
            return html
        names = set(re.findall(r'name="([a-z][a-z0-9_]*)"', html))
        data = {"_form": hidden_token(html), "_go": "next", **{k: v for k, v in answers.items() if k in names}}
        response = client.post(url + action[1].replace("&amp;", "&"), data, follow=True)
        html = response.content.decode()
    raise AssertionError("the survey does not end")


def test_a_patient_answers_without_script_or_cookies(client, cast: Cast):
    invitation = make_invitation(cast.acme)
    html = walk(client, f"/s/{invitation.token}/", {"prepared": "no", "missing": ["costs"], "callme": "yes"})
    assert "Thank you" in html
    assert not client.cookies
    with cast.acme.bound():
        response = Response.objects.get(invitation=invitation)
        assert response.answers["prepared"] == "no"
        assert response.is_submitted
