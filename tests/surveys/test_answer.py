"""The patient's path through /s/<token>/, by plain HTTP."""

import gzip
import re
from datetime import timedelta

from django.utils import timezone

from messaging.models import Address
from patients.models import Respondent
from surveys.models import Response
from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader, choice, invite, is_stored, kept_words, page, several, stored, words

MAKER = "The company that makes your medicine does not see your name."


def ask_everything(cast: Cast, **over) -> Reader:
    return Reader(make_invitation(cast.acme, survey="support_experience", **over)).open()


def forget_who(cast: Cast) -> None:
    with cast.acme.bound():
        Respondent.objects.update(kind=Respondent.Kind.UNKNOWN)


def test_a_patient_answers_without_script_or_cookies(cast: Cast):
    invitation = make_invitation(cast.acme)
    reader = Reader(invitation).open().walk({"prepared": "no", "missing": ["costs"], "callme": "yes"})
    assert "Thank you" in reader.text
    assert not reader.client.cookies
    response = stored(cast.acme, invitation)
    assert response.answers["prepared"] == "no"
    assert response.is_submitted
    assert response.revision > 1


def test_everything_may_be_skipped(cast: Cast):
    reader = ask_everything(cast).walk({})
    assert "Your answers are saved." in reader.text


def test_looking_at_a_link_never_uses_it_up(cast: Cast):
    invitation = make_invitation(cast.acme)
    reader = Reader(invitation)
    for query in ("", "?page=words", "?done=1", "?page=intro&lang=es"):
        assert reader.open(query).page.status_code == 200
    assert reader.client.head(reader.url).status_code == 200
    assert not is_stored(cast.acme, invitation)


def test_the_introduction_comes_first_and_names_the_emergency_number(cast: Cast):
    reader = ask_everything(cast)
    assert "About 2 minutes." in reader.text
    assert "in an emergency call 911" in reader.text
    assert "Step" not in reader.text
    assert "Step 1 of" in reader.send().text


def test_the_introduction_speaks_of_the_maker_only_where_that_is_true(cast: Cast):
    reader = ask_everything(cast)
    assert f"so that it can help. {MAKER}</p>" in reader.html
    with cast.acme.bound():
        type(cast.acme.program).objects.update(maker_sees_names=True)
    reader.open()
    assert "see your name" not in reader.text
    assert "so that it can help.</p>" in reader.html
    assert "<p></p>" not in reader.html


def test_every_page_shows_the_telephone_number(cast: Cast):
    reader = ask_everything(cast)
    answers = {"prepared": "no", "firstfix": "not_yet", "listen": "never", "words": "Hello", "callme": "yes"}
    while reader.action:
        assert 'href="tel:+15550100"' in reader.html
        reader.send({name: value for name, value in answers.items() if name in reader.asked})
    assert 'href="tel:+15550100"' in reader.html


def test_a_probe_follows_only_the_answer_that_asks_for_it(cast: Cast):
    reader = ask_everything(cast).send()
    assert "missing" in reader.send({"prepared": "no"}).asked
    reader = Reader(make_invitation(cast.acme, survey="support_experience")).open().send()
    assert "missing" not in reader.send({"prepared": "yes"}).asked


def test_who_answers_is_asked_only_while_it_is_unknown(cast: Cast):
    assert "who" not in ask_everything(cast).send().asked
    forget_who(cast)
    assert {"who", "prepared"} <= ask_everything(cast).send().asked


def test_a_caregiver_is_spoken_to_as_one_and_remembered(cast: Cast):
    forget_who(cast)
    invitation = make_invitation(cast.acme, survey="support_experience")
    reader = Reader(invitation).open().send()
    reader.send({"who": "caregiver", "prepared": "no"})
    assert reader.asked == {"missing", "missing__other"}
    assert "the medicine" in reader.text
    assert "your medicine" not in reader.text
    reader.walk({})
    with cast.acme.bound():
        assert Response.objects.get(invitation=invitation).respondent_kind == "caregiver"
        assert Respondent.objects.get(pk=invitation.respondent_id).kind == "caregiver"
    assert "nor the name of the person you care for" in ask_everything(cast).text


def test_the_safety_notice_stands_beside_every_open_text(cast: Cast):
    reader = ask_everything(cast).open("?page=words")
    assert "Please do not use this box for emergencies." in reader.text
    described = re.search(r'<textarea name="words"[^>]*aria-describedby="([^"]+)"', reader.html)
    assert described
    assert "words-notice" in described[1].split()


def test_the_language_switch_keeps_the_page_and_is_remembered(cast: Cast):
    invitation = make_invitation(cast.acme)
    reader = Reader(invitation).open().send({})
    assert 'href="?page=start&amp;lang=es"' in reader.html
    reader.open("?page=start&lang=es")
    assert '<html lang="es" dir="ltr">' in reader.html
    assert reader.page["Content-Language"] == "es"
    assert "Paso 1 de" in reader.text
    reader.send({"prepared": "no"})
    assert stored(cast.acme, invitation).language == "es"
    assert "¿Qué" in reader.open().text


def test_a_wrong_answer_is_named_on_top_and_beside_and_the_rest_is_kept(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first", required=True), choice("second"), words("more")))
    reader = Reader(invitation).open().send({"second": "no", "more": "Keep <this>"})
    assert reader.page.status_code == 422
    assert '<a href="#first-1">About first? Please answer this question.</a>' in reader.html
    assert reader.html.count("Please answer this question.") == 2
    assert 'value="no" checked' in reader.html
    assert "Keep &lt;this&gt;</textarea>" in reader.html
    assert stored(cast.acme, invitation).answers == {"second": "no", "more": True}
    assert "Goodbye." in reader.send({"first": "yes", "second": "no", "more": "Keep <this>"}).text
    assert kept_words(cast.acme, invitation) == ["Keep <this>"]


def test_errors_speak_the_language_of_the_page(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first", required=True)))
    reader = Reader(invitation).open("?lang=es").send()
    assert "Por favor, responda esta pregunta." in reader.text
    assert "Revise esta página" in reader.text


def test_sending_twice_changes_nothing_the_second_time(cast: Cast):
    invitation = invite(cast.acme, page("one", words("more")))
    reader = Reader(invitation).open()
    data = {"_form": reader.token, "more": "Once"}
    answers = [reader.client.post(reader.url, data) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert {answer["Location"] for answer in answers} == {"?done=1&lang=en"}
    assert stored(cast.acme, invitation).revision == 1
    assert kept_words(cast.acme, invitation) == ["Once"]


def test_the_same_page_sent_twice_in_mid_survey_is_no_news(cast: Cast):
    invitation = invite(cast.acme, page("one", words("more")), page("two", choice("last")))
    reader = Reader(invitation).open()
    for _ in range(2):
        reader.client.post(f"{reader.url}?page=one", {"_form": reader.token, "more": "Once"})
    assert stored(cast.acme, invitation).revision == 1
    reader.client.post(f"{reader.url}?page=one", {"_form": reader.token, "more": "Twice"})
    assert stored(cast.acme, invitation).revision == 2
    assert kept_words(cast.acme, invitation) == ["Once", "Twice"]


def test_back_saves_what_is_there_and_never_ends_the_survey(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first")), page("two", choice("last"), words("more")))
    reader = Reader(invitation).open().send({"first": "yes"})
    reader.send({"last": "no", "more": "Half"}, go="back")
    assert reader.asked == {"first"}
    assert "What you saved is kept" in reader.text
    response = stored(cast.acme, invitation)
    assert response.answers == {"first": "yes", "last": "no", "more": True}
    assert not response.is_submitted
    assert reader.send().asked == {"last", "more"}
    assert "Goodbye." in reader.send().text
    assert stored(cast.acme, invitation).answers == {"first": "yes", "last": "no", "more": True}


def test_back_asks_for_no_required_answer(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first")), page("two", choice("last", required=True)))
    reader = Reader(invitation).open().send({"first": "yes"}).send(go="back")
    assert reader.page.status_code == 200
    assert reader.asked == {"first"}


def test_an_empty_page_takes_nothing_back_but_an_emptied_one_does(cast: Cast):
    invitation = invite(
        cast.acme, page("one", choice("first", required=True), several("some")), page("two", choice("last"))
    )
    reader = Reader(invitation).open().send({"some": ["a"]})
    assert 'value="a" checked' in reader.html
    reader.send({"first": "yes"})
    assert stored(cast.acme, invitation).answers == {"first": "yes"}
    reader.open("?page=one").send({"some": ["b"]})
    assert reader.asked == {"last"}
    reader.open("?page=one").send()
    assert stored(cast.acme, invitation).answers == {"first": "yes", "some": ["b"]}


def test_the_thank_you_says_what_happens_next_and_only_for_an_hour(cast: Cast):
    invitation = make_invitation(cast.acme)
    reader = Reader(invitation).open().walk({"prepared": "no", "callme": "yes"})
    assert "Your answers are saved." in reader.text
    assert reader.html.count("<p>") > 2
    with cast.acme.bound():
        Response.objects.update(submitted_at=timezone.now() - timedelta(hours=2))
    assert "You have already answered" in reader.open("?done=1").text


def test_a_telephone_number_goes_to_the_vault_and_never_into_the_answers(cast: Cast):
    number = {
        "key": "number",
        "type": "contact",
        "text": {"en": "Number", "es": "Número"},
        "validate": {"kind": "phone"},
    }
    invitation = invite(cast.acme, page("one", number))
    assert "Please write a phone number" in Reader(invitation).open().send({"number": "call me"}).text
    Reader(invitation).open().send({"number": "+1 555 010 9999"})
    assert stored(cast.acme, invitation).answers == {"number": True}
    with cast.acme.bound():
        kept = Address.objects.get(owner_id=invitation.respondent_id)
        assert kept.reveal() == "+1 555 010 9999"


def test_the_page_may_load_nothing_and_is_kept_by_nobody(cast: Cast):
    reader = ask_everything(cast)
    policy = reader.page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert reader.page["Cache-Control"] == "no-store, private"
    assert reader.page["Referrer-Policy"] == "no-referrer"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', reader.html)
    assert "<script" not in reader.html


def test_the_compressed_page_is_the_same_page(cast: Cast):
    reader = ask_everything(cast)
    plain = reader.html
    packed = reader.open(headers={"accept-encoding": "gzip, br"}).page
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content).decode() == plain
