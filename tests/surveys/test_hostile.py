"""What nobody would send by hand: refused in plain words, the good part kept, nothing wrong stored, never a 500."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import trans_real

from surveys.models import Invitation
from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader, choice, invite, is_stored, kept_words, page, several, stored, words

PARTS = b'--x\r\nContent-Disposition: form-data; name="first"\r\n\r\nyes\r\n--x--'
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    number = {"key": "scale", "type": "recommend", "text": {"en": "Scale", "es": "Escala"}}
    number["scale"] = {"low": {"en": "no", "es": "no"}, "high": {"en": "yes", "es": "sí"}}
    return invite(
        cast.acme,
        page("one", choice("first"), several("some"), number, words("more", validate={"max_length": 20})),
        page("two", choice("last")),
    )


@pytest.fixture
def reader(invitation: Invitation) -> Reader:
    return Reader(invitation).open()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unknown": "yes"}, "did not come through"),
        ({"organization_id": "1"}, "did not come through"),
        ({"some": ["a", "hacked"]}, "choose one of the answers"),
        ({"some": "<script>"}, "choose one of the answers"),
        ({"scale": "11"}, "choose one of the answers"),
        ({"scale": "-1"}, "choose one of the answers"),
        ({"scale": "1e3"}, "choose one of the answers"),
        ({"scale": "٣"}, "choose one of the answers"),
        ({"scale": ["1", "2"]}, "only one answer"),
        ({"some": ["a"] * 200}, "choose one of the answers"),
        ({"more": "x" * 21}, "too long"),
        ({"more": ["one", "two"]}, "only one answer"),
        ({"more": "NUL \x00"}, "a sign that we cannot save"),
        ({"more": "bell \x07"}, "a sign that we cannot save"),
        ({"more": "escape \x1b[31m"}, "a sign that we cannot save"),
    ],
)
def test_what_is_wrong_is_named_and_what_is_good_is_kept(cast: Cast, reader, invitation, wrong, said):
    reader.send({"first": "yes", **wrong})
    assert reader.page.status_code == 422
    assert said in reader.text
    assert stored(cast.acme, invitation).answers == {"first": "yes"}
    assert kept_words(cast.acme, invitation) == []


@pytest.mark.parametrize("wrong", [{"unknown": "yes"}, {"first": "maybe"}, {"first": ["yes", "no"]}, {"more": "\x00"}])
def test_nothing_is_begun_by_a_page_without_a_good_answer(cast: Cast, reader, invitation, wrong):
    assert reader.send(wrong).page.status_code == 422
    assert not is_stored(cast.acme, invitation)


def test_hostile_answers_are_refused_in_spanish_too(reader):
    assert "no podemos guardar" in reader.open("?lang=es").send({"more": "\x00"}).text


def test_words_may_hold_anything_that_people_write(cast: Cast, reader, invitation):
    said = "¿Qué? 👩‍⚕️ <b>&\n"
    reader.send({"more": said})
    assert kept_words(cast.acme, invitation) == [said.strip()]


@pytest.mark.parametrize("token", ["", "forged", "a.b.c:sig", "\x00", "x" * 5000])
def test_a_page_without_its_token_is_shown_again_with_what_was_typed(cast: Cast, reader, invitation, token):
    reader.send({"first": "yes", "more": "My words"}, _form=token)
    assert reader.page.status_code == 400
    assert "came from your link" in reader.text
    assert 'value="yes" checked' in reader.html
    assert "My words</textarea>" in reader.html
    assert not is_stored(cast.acme, invitation)
    assert reader.send({"first": "yes"}).asked == {"last"}


def test_no_token_at_all_is_the_same(cast: Cast, reader, invitation):
    assert reader.client.post(reader.url, {"first": "yes"}).status_code == 400
    assert not is_stored(cast.acme, invitation)


def test_the_token_of_another_link_is_worth_nothing(cast: Cast, reader, invitation):
    other = Reader(make_invitation(cast.acme, patient=cast.acme.patients[1], survey="own")).open()
    assert reader.send({"first": "yes"}, _form=other.token).page.status_code == 400
    assert not is_stored(cast.acme, invitation)


def test_the_token_of_another_organization_is_worth_nothing(cast: Cast, reader, invitation):
    other = Reader(invite(cast.rival, page("one", choice("first")))).open()
    assert reader.send({"first": "yes"}, _form=other.token).page.status_code == 400
    assert not is_stored(cast.acme, invitation)
    assert not is_stored(cast.rival, make_invitation(cast.rival, survey="own"))


def test_the_token_of_another_page_saves_that_page_and_no_other(cast: Cast, reader, invitation):
    token = Reader(invitation).open("?page=two").token
    reader.send({"first": "yes", "last": "no"}, _form=token)
    assert reader.page.status_code == 422
    assert stored(cast.acme, invitation).answers == {"last": "no"}


def test_the_token_says_which_page_it_is_whatever_the_address_says(cast: Cast, reader, invitation):
    reader.client.post(f"{reader.url}?page=two", {"_form": reader.token, "first": "yes"})
    assert stored(cast.acme, invitation).answers == {"first": "yes"}


def test_a_robot_that_fills_in_the_hidden_field_saves_nothing(cast: Cast, reader, invitation):
    reader.send({"first": "yes"}, _website="https://example.com")
    assert reader.page.status_code == 400
    assert "leave the last box empty" in reader.text
    assert not is_stored(cast.acme, invitation)


@pytest.mark.parametrize("length", ["true", "lies", "", "-5", "1e9", "262145\x00"])
def test_a_body_that_is_too_big_is_refused_whatever_its_length_says(cast: Cast, reader, invitation, length):
    body = f"_form={reader.token}&first=yes&more=".encode().ljust(256 * 1024 + 1, b"x")
    over = {} if length == "true" else {"CONTENT_LENGTH": length}
    response = reader.client.post(reader.url, body, content_type=FORM, **over)
    assert response.status_code in {400, 413}
    assert response.status_code == 413 or length != "true"
    assert "+1 555 0100" in response.content.decode()
    assert not is_stored(cast.acme, invitation)


def test_the_page_for_too_much_speaks_the_language_of_the_link(reader):
    body = b"x" * (256 * 1024 + 1)
    response = reader.client.post(f"{reader.url}?lang=es", body, content_type=FORM)
    assert response.status_code == 413
    assert '<html lang="es"' in response.content.decode()


def test_a_body_of_just_the_limit_is_read(reader):
    body = f"_form={reader.token}&more=".encode().ljust(256 * 1024, b"x")
    assert reader.client.post(reader.url, body, content_type=FORM).status_code == 422


@pytest.mark.parametrize("kind", ["post", "get"])
def test_ten_thousand_fields_are_too_much(cast: Cast, reader, invitation, kind):
    fields = "&".join(f"f{number}=1" for number in range(10_000))
    if kind == "post":
        response = reader.client.post(reader.url, fields, content_type=FORM)
    else:
        response = reader.client.get(reader.url, QUERY_STRING=fields)
    assert response.status_code == 413
    assert not is_stored(cast.acme, invitation)


def test_a_file_is_passed_over(cast: Cast, reader, invitation):
    reader.send({"first": "yes", "upload": SimpleUploadedFile("virus.exe", b"MZ" * 5000)})
    assert stored(cast.acme, invitation).answers == {"first": "yes"}
    assert reader.asked == {"last"}


def test_many_files_are_too_much(cast: Cast, reader, invitation):
    files = {f"file{number}": SimpleUploadedFile("x", b"x") for number in range(101)}
    assert reader.send(files).page.status_code == 413
    assert not is_stored(cast.acme, invitation)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"--x", "multipart/form-data; boundary=\xff".encode("latin-1").decode("latin-1")),
        (PARTS, "multipart/form-data; boundary=x; charset=zlib"),
        (PARTS, "multipart/form-data; boundary=x; charset=undefined"),
        (b"first=yes", f"{FORM}; charset=utf-16"),
        (b"first=yes", f"{FORM}; charset=rot13"),
        (b'{"first": "yes"}', "application/json"),
        (b"first=yes", "text/plain"),
        (b"first=yes", ""),
        (b"first=%ff%fe&more=%", FORM),
        (b"%", FORM),
        (b"&&&===", FORM),
        (b"first=\xff\xfe\xed\xa0\x80", FORM),
    ],
)
def test_a_body_that_cannot_be_read_stores_nothing(cast: Cast, reader, invitation, body, content_type):
    response = reader.client.generic("POST", reader.url, body, content_type=content_type)
    assert response.status_code == 400
    assert "+1 555 0100" in response.content.decode()
    assert not is_stored(cast.acme, invitation)


def test_bytes_that_are_no_text_are_kept_as_marks_and_not_as_an_error(cast: Cast, reader, invitation):
    body = f"_form={reader.token}&first=yes&more=".encode() + b"caf%E9 %ff"
    assert reader.client.post(reader.url, body, content_type=FORM).status_code == 303
    assert kept_words(cast.acme, invitation) == ["caf\ufffd \ufffd"]


@pytest.mark.parametrize(
    "query",
    [
        "lang=" + "x" * 7000,
        "lang=../../../../etc",
        "lang=%00",
        "lang=%ff%fe",
        "lang=es%",
        "lang[]=es",
        "page=" + "y" * 7000,
        "page=%00&lang=es",
        "page=one&page=two",
        "page=__class__",
        "%",
        "done=1&page=intro",
        "=&=&;;",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_survey(reader, query):
    response = reader.client.get(reader.url, QUERY_STRING=query)
    assert response.status_code == 200
    assert reader.client.post(reader.url + "?" + query, {}).status_code in {400, 404}


@pytest.mark.parametrize("token", ["%00", "%ff", "é", "x" * 5000, "..", "%2e%2e", "%25", "' OR 1=1"])
def test_a_token_that_makes_no_sense_is_an_unknown_link(client, cast: Cast, token):
    response = client.get(f"/s/{token}/")
    assert response.status_code == 404
    assert b"We do not know this link" in response.content or b"cannot find this page" in response.content


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(cast: Cast, reader, invitation, method):
    assert getattr(reader.client, method)(reader.url).status_code == 405
    assert not is_stored(cast.acme, invitation)


def test_a_head_answers_like_a_get_without_a_body(reader):
    response = reader.client.head(reader.url)
    assert response.status_code == 200
    assert response.content == b""
    assert response["Cache-Control"] == "no-store, private"


def test_unknown_languages_are_not_collected(reader):
    from_before = len(languages_loaded())
    for number in range(50):
        reader.client.get(f"{reader.url}?lang=q{number}")
        reader.client.get(f"/s/unknown/?lang=q{number}")
    assert len(languages_loaded()) == from_before


def languages_loaded() -> dict[str, object]:
    """Return Django's own store, which is private and only looked at here."""
    loaded: dict[str, object] = vars(trans_real)["_translations"]
    return loaded
