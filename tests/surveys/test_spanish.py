"""Every word of ours on patient, sign-in and account pages is there in Spanish, and the compiled file is fresh."""

import ast
import gettext
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template.base import Node, Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from surveys import wording
from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader

FOLDER = Path(settings.BASE_DIR) / "locale" / "es" / "LC_MESSAGES"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = [
    TEMPLATES / "patient.html",
    *(TEMPLATES / "surveys" / "patient").glob("*.html"),
    *(TEMPLATES / "ui" / "patient").glob("*.html"),
    *(TEMPLATES / "account").glob("*.html"),
    *(TEMPLATES / "mfa").rglob("*.html"),
    *(TEMPLATES / name for name in ("403.html", "404.html", "429.html", "ui/errors.html", "ui/field.html")),
]


@pytest.fixture(scope="module")
def spanish() -> dict[str, str]:
    with (FOLDER / "django.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="es") if message.id}


def test_the_compiled_words_are_fresh(spanish: dict[str, str]):
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {said: compiled.gettext(said) for said in spanish} == spanish, "run: pybabel compile -D django -d locale"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_word_of_a_page_is_there_in_spanish(path: Path, spanish: dict[str, str]):
    template = Template(path.read_text(encoding="utf-8"))
    assert [said for said in words_of(template) if not spanish.get(said)] == []


def test_every_word_of_our_own_messages_is_there_in_spanish(spanish: dict[str, str]):
    tree = ast.parse(Path(wording.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"]
    said = [ast.literal_eval(call.args[0]) for call in calls]
    assert said
    assert all(spanish.get(each) for each in said)


def test_the_maker_sentence_is_there_for_every_reader_in_both_languages():
    assert wording.MAKER["en"].keys() == wording.MAKER["es"].keys() == {"patient", "caregiver", "hcp"}


def test_a_spanish_page_has_no_english_words_of_ours(cast: Cast, spanish: dict[str, str]):
    reader = Reader(make_invitation(cast.acme)).open("?lang=es").send()
    english = [said for said, words in spanish.items() if said != words and len(said) > 12 and said in reader.text]
    assert english == []
    assert "Sus respuestas se guardan" in reader.text


def test_sign_in_speaks_spanish_to_a_spanish_browser(client, db):
    html = client.get("/accounts/login/", headers={"accept-language": "es"}).content.decode()
    assert '<html lang="es">' in html
    assert "Iniciar sesión" in html
    assert "Olvidé mi contraseña" in html


def words_of(template: Template) -> Iterator[str]:
    """Yield what a template says by itself, in the language of the source."""
    for node in every_node(template.nodelist):
        if isinstance(node, TranslateNode):
            yield str(getattr(node.filter_expression.var, "literal", node.filter_expression.var))
        elif isinstance(node, BlockTranslateNode):
            yield node.render_token_list(node.singular)[0].strip()


def every_node(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in (*getattr(node, "child_nodelists", ()), "nodelist"):
            yield from every_node(getattr(node, name, None) or ())
