"""A patient's browser without script, and surveys of our own for tests."""

import html as entities
import re
from typing import Any

from django.test import Client

from surveys.models import Invitation, Response, Survey
from tests.conftest import T0, House, make_invitation

_FORM = re.compile(r'<form method="post" action="([^"]+)".*?</form>', re.DOTALL)
_TOKEN = re.compile(r'name="_form" value="([^"]+)"')
_NAMES = re.compile(r'<(?:input|textarea)[^>]* name="([a-z][a-z0-9_]*)"')


class Reader:
    """Somebody with one link: opens it, fills in the form that is shown, and follows redirects."""

    def __init__(self, invitation: Invitation, client: Client | None = None) -> None:
        self.client = client or Client()
        self.url = f"/s/{invitation.token}/"
        self.page: Any = None

    @property
    def html(self) -> str:
        """The page that is open."""
        return str(self.page.content.decode())

    @property
    def text(self) -> str:
        """What can be read on it."""
        bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", self.html, flags=re.DOTALL)
        return " ".join(entities.unescape(bare).split())

    @property
    def token(self) -> str:
        """The hidden token of its form."""
        found = _TOKEN.search(self.html)
        assert found, self.text
        return found[1]

    @property
    def asked(self) -> set[str]:
        """The names of its inputs, without our own hidden ones."""
        return set(_NAMES.findall(self.html))

    @property
    def action(self) -> str:
        """Where its form goes; "" when it has none."""
        form = _FORM.search(self.html)
        return entities.unescape(form[1]) if form else ""

    def open(self, query: str = "", **headers: Any) -> "Reader":
        """Open the link."""
        self.page = self.client.get(self.url + query, **headers)
        return self

    def send(
        self, answers: dict[str, Any] | None = None, *, go: str = "next", follow: bool = True, **over: Any
    ) -> "Reader":
        """Send the form that is open, with these answers."""
        data = {"_form": self.token, "_go": go, "_website": "", **(answers or {}), **over}
        self.page = self.client.post(self.url + self.action, data, follow=follow)
        return self

    def walk(self, answers: dict[str, Any]) -> "Reader":
        """Answer page after page until there is no form any more."""
        for _ in range(30):
            if not self.action:
                return self
            self.send({name: value for name, value in answers.items() if name in self.asked})
        raise AssertionError("the survey does not end")


def make_survey(house: House, document: dict[str, Any], key: str = "own") -> Survey:
    """Publish a survey of our own."""
    with house.bound():
        survey = Survey.objects.create(organization=house.organization, key=key, name=key, created_at=T0)
        survey.publish(document, by=None, now=T0)
    house.surveys[key] = survey
    return survey


def invite(house: House, *pages: dict[str, Any], **over: Any) -> Invitation:
    """Invite the first patient to a survey that has just these pages."""
    make_survey(house, document(*pages, **over))
    return make_invitation(house, survey="own")


def document(*pages: dict[str, Any], **over: Any) -> dict[str, Any]:
    """Write a definition in English and Spanish."""
    return {
        "schema": 1,
        "languages": ["en", "es"],
        "title": both("Own survey"),
        "pages": list(pages),
        "end": both("Goodbye."),
        **over,
    }


def page(name: str, *questions: dict[str, Any], **over: Any) -> dict[str, Any]:
    """Write a page."""
    return {"id": name, "questions": list(questions), **over}


def choice(key: str, *codes: str, **over: Any) -> dict[str, Any]:
    """Write a question with one answer."""
    choices = [{"code": code, "text": both(f"{key} {code}")} for code in codes or ("yes", "no")]
    return {"key": key, "type": "choice", "text": both(f"About {key}?"), "choices": choices, **over}


def several(key: str, *codes: str, **over: Any) -> dict[str, Any]:
    """Write a question with several answers."""
    return {**choice(key, *codes or ("a", "b", "c")), "type": "multi", **over}


def words(key: str, **over: Any) -> dict[str, Any]:
    """Write an open question."""
    return {"key": key, "type": "text", "text": both(f"Tell {key}"), **over}


def both(text: str) -> dict[str, str]:
    """Write a text in both languages."""
    return {"en": text, "es": f"{text} (es)"}


def stored(house: House, invitation: Invitation) -> Response:
    """Return what is stored for a link."""
    with house.bound():
        return Response.objects.get(invitation=invitation)


def is_stored(house: House, invitation: Invitation) -> bool:
    """Tell whether anything is stored for a link."""
    with house.bound():
        return Response.objects.filter(invitation=invitation).exists()


def kept_words(house: House, invitation: Invitation) -> list[str]:
    """Return the open texts that were received for a link, oldest first."""
    with house.bound():
        rows = Response.objects.get(invitation=invitation).verbatims.order_by("revision", "question_key")
        return list(rows.values_list("text", flat=True))
