"""Surveys as staff see them: the list, the words, the preview, the journeys."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surveys.models import Invitation, Occasion, Response, Survey
from surveys.preview import preview_of
from tenants.models import AuditEntry
from tests.conftest import T0, Cast, House, make_invitation, make_program
from tests.steps import respond

ROLES = ("admin", "supervisor", "agent", "safety", "analyst", "auditor")


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def at(name: str, *args, slug: str = "acme", **query) -> str:
    return reverse(f"surveys:{name}", args=[slug, *args], query=query or None)


def line(house: House, **over) -> dict[str, Any]:
    form = {"program": house.program.pk, "touchpoint": "onboarding_completed", "delay_days": "2", "is_active": "on"}
    return {**form, "expire_days": "21", **over}


def changed(occasion: Occasion, **over) -> dict[str, str]:
    form = {"delay_days": "9", "expire_days": "21", "is_active": "on", **over}
    return {f"{occasion.pk.hex}-{name}": value for name, value in form.items()}


def plan_of(house: House) -> list[Occasion]:
    with house.bound():
        return list(Occasion.objects.order_by("pk"))


def test_every_member_reads_surveys_and_outsiders_find_nothing(client, cast: Cast):
    pages = [at("index"), at("survey", "pulse_5"), at("preview", "pulse_5")]
    for role in ROLES:
        client.force_login(cast.acme.members[role].user)
        assert [client.get(page).status_code for page in pages] == [200] * 3, role
    client.force_login(cast.rival.members["admin"].user)
    assert [client.get(page).status_code for page in pages] == [404] * 3


def test_list_counts_own_responses(admin, cast: Cast):
    respond(cast.acme, {"prepared": "yes"})
    respond(cast.rival, {"prepared": "yes"})
    counts = {survey.key: survey.responses for survey in admin.get(at("index")).context["surveys"]}
    assert counts == {"support_experience": 0, "pulse_5": 1, "outcome_follow_up": 0}


def test_count_is_capped(admin, cast: Cast, monkeypatch):
    monkeypatch.setattr("surveys.views.staff.COUNTED", 1)
    for _ in range(3):
        respond(cast.acme, {"prepared": "yes"})
    html = admin.get(at("index")).content.decode()
    assert "1+ responses" in html
    assert "3 responses" not in html


def test_member_of_a_partner_counts_that_partners_responses(client, cast: Cast):
    respond(cast.acme, {"prepared": "yes"}, patient=cast.acme.patients[1])
    client.force_login(cast.acme.members["north_agent"].user)
    assert {survey.responses for survey in client.get(at("index")).context["surveys"]} == {0}


def test_list_takes_as_many_queries_for_many(admin, cast: Cast):
    admin.get(at("index"))
    with CaptureQueriesContext(connection) as few:
        admin.get(at("index"))
    with cast.acme.bound():
        for number in range(20):
            Survey.objects.create(
                organization=cast.acme.organization, key=f"s{number}", name=f"Survey {number}", created_at=T0
            )
    with CaptureQueriesContext(connection) as many:
        html = admin.get(at("index")).content.decode()
    assert len(many) == len(few)
    assert "Not published yet" in html


def test_questions_are_shown_in_words_of_each_language(admin, cast: Cast):
    english = admin.get(at("survey", "pulse_5")).content.decode()
    spanish = admin.get(at("survey", "pulse_5", lang="es")).content.decode()
    with cast.acme.bound():
        definition = cast.acme.surveys["pulse_5"].current.definition
    choice = definition.questions["prepared"].choices[0].text
    assert choice.render(language="en") in english
    assert choice.render(language="es") in spanish
    assert ("has not been tested with patients" in spanish) == ("es" in definition.untested)
    assert admin.get(at("survey", "pulse_5", lang="xx\x00")).status_code == 200


def test_survey_without_version_says_so(admin, cast: Cast):
    with cast.acme.bound():
        Survey.objects.create(organization=cast.acme.organization, key="draft", name="Draft", created_at=T0)
    assert "no version that could be sent" in admin.get(at("survey", "draft")).content.decode()
    assert admin.get(at("preview", "draft")).status_code == 404


def test_preview_shows_every_page_for_every_reader_and_language(cast: Cast):
    with cast.acme.bound():
        for survey in Survey.objects.all():
            version = survey.current
            shown = preview_of(version, program=cast.acme.program, page_id="", language="", reader="")
            for page_id in shown.page_ids:
                for language in version.definition.languages:
                    for reader in ("patient", "caregiver"):
                        html = preview_of(
                            version, program=cast.acme.program, page_id=page_id, language=language, reader=reader
                        ).html(back="/back/")
                        assert f'lang="{language}"' in html
                        assert '<aside class="preview-bar"' in html
                        assert 'method="post"' not in html


def test_preview_words_are_those_of_the_reader(admin, cast: Cast):
    with cast.acme.bound():
        definition = cast.acme.surveys["pulse_5"].current.definition
    question = next(q for q in definition.questions.values() if "caregiver" in q.text.variants)
    page = next(page.id for page in definition.pages if question in page.questions)
    fills = {"program": cast.acme.program.public_name}
    for reader in ("patient", "caregiver"):
        html = admin.get(at("preview", "pulse_5", **{"page": page, "as": reader})).content.decode()
        words = question.text.render(language="en", respondent=reader, fills=fills)
        assert words.replace("'", "&#x27;") in html, reader


def test_preview_stores_nothing_and_takes_no_post(admin, cast: Cast):
    assert admin.post(at("preview", "pulse_5"), {"prepared": "no"}).status_code == 405
    response = admin.get(at("preview", "pulse_5", page="end"))
    assert "form-action 'none'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    with cast.acme.bound():
        assert not Response.objects.exists()
        assert not Invitation.objects.exists()


def test_preview_never_leaks_into_the_patients_page(admin, cast: Cast, client):
    """Pages are kept per process: looking first must not change what a patient is shown."""
    for page in admin.get(at("survey", "pulse_5")).context["pages"]:
        admin.get(at("preview", "pulse_5", page=page["id"]))
    link = make_invitation(cast.acme)
    html = client.get(f"/s/{link.token}/").content.decode()
    assert "preview" not in html.lower()
    assert 'method="post"' in html


def test_odd_previews_show_the_first_page(admin):
    for odd in ({"page": "../x"}, {"lang": "xx"}, {"as": "hcp\x00"}, {"page": "x" * 3000}):
        assert admin.get(at("preview", "pulse_5", **odd)).status_code == 200


def test_preview_works_before_the_first_program(admin, cast: Cast):
    with cast.acme.bound():
        html = preview_of(
            cast.acme.surveys["pulse_5"].current, program=None, page_id="", language="en", reader="patient"
        ).html(back="/")
    assert "Your program" in html


def test_line_is_added_to_the_plan(admin, cast: Cast):
    assert admin.post(at("add_occasion", "pulse_5"), line(cast.acme)).status_code == 303
    (occasion,) = plan_of(cast.acme)
    assert (occasion.touchpoint, occasion.delay_days, occasion.is_active) == ("onboarding_completed", 2, True)
    assert "sent 2 days after “Onboarding completed”" in admin.get(at("index")).content.decode()
    with cast.acme.bound():
        assert AuditEntry.objects.get().action == "surveys.occasion.created"


def test_bad_lines_are_refused_with_nothing_written(admin, cast: Cast):
    admin.post(at("add_occasion", "pulse_5"), line(cast.acme))
    (occasion,) = plan_of(cast.acme)
    bad: list[Any] = [
        {},
        {"delay_days": "366"},
        {"delay_days": "1e9"},
        {"touchpoint": "nul\x00"},
        {"program": "not-an-id"},
        {"program": cast.rival.program.pk},
    ]
    for wrong in bad:
        response = admin.post(at("add_occasion", "pulse_5"), line(cast.acme, **wrong))
        assert response.status_code == 422, wrong
    for days in ("-1", "", "x", "99999"):
        response = admin.post(at("change_occasion", "pulse_5", occasion.pk), changed(occasion, delay_days=days))
        assert response.status_code == 422
    assert [(each.pk, each.delay_days) for each in plan_of(cast.acme)] == [(occasion.pk, 2)]


def test_only_admins_of_the_whole_organization_plan(client, cast: Cast):
    for role in ("supervisor", "agent", "analyst", "auditor"):
        client.force_login(cast.acme.members[role].user)
        assert client.post(at("add_occasion", "pulse_5"), line(cast.acme)).status_code == 403
        assert "Add a journey" not in client.get(at("survey", "pulse_5")).content.decode()
    client.force_login(cast.rival.members["admin"].user)
    assert client.post(at("add_occasion", "pulse_5"), line(cast.acme)).status_code == 404
    assert plan_of(cast.acme) == []


def test_line_of_another_survey_or_rival_is_not_found(admin, cast: Cast):
    with cast.rival.bound():
        theirs = Occasion.objects.create(
            organization=cast.rival.organization,
            program=cast.rival.program,
            survey=cast.rival.surveys["pulse_5"],
            touchpoint="trained",
        )
    admin.post(at("add_occasion", "pulse_5"), line(cast.acme))
    (mine,) = plan_of(cast.acme)
    assert admin.post(at("change_occasion", "pulse_5", theirs.pk), changed(theirs)).status_code == 404
    assert admin.post(at("change_occasion", "support_experience", mine.pk), changed(mine)).status_code == 404
    assert {plan_of(cast.acme)[0].delay_days, plan_of(cast.rival)[0].delay_days} == {1, 2}


def test_two_programs_may_have_the_same_event(admin, cast: Cast):
    with cast.acme.bound():
        second = make_program(cast.acme.organization, name="Second")
    for program in (cast.acme.program, second):
        assert admin.post(at("add_occasion", "pulse_5"), line(cast.acme, program=program.pk)).status_code == 303
    assert len(plan_of(cast.acme)) == 2
