"""A program that is switched off: links close kindly, nobody new comes in, open cases stay."""

from typing import Any

import pytest
from django.urls import reverse

from patients.services import ProgramSwitchedOff, enrol
from surveys.forms import NewJourneyForm
from tenants.forms import PartnerForm
from tenants.models import AuditEntry, Program
from tests.conftest import T0, Cast, make_invitation
from tests.steps import raise_alerts


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def switch(admin, cast: Cast, on: str):
    url = reverse("tenants:switch_program", args=["acme", cast.acme.program.pk])
    return admin.post(url, {"on": on}, follow=True)


def offered(form: Any, field: str) -> list[Program]:
    return list(form.fields[field].queryset)


def test_its_links_are_closed_with_its_number_and_open_again_when_it_is_on(admin, cast: Cast):
    url = reverse("surveys:answer", args=[make_invitation(cast.acme).token])
    page = switch(admin, cast, "0").content.decode()
    assert "is off. Its survey links are closed" in page
    assert '<span class="chip">Off</span>' in page
    closed = admin.get(url)
    assert closed.status_code == 410
    assert "This link is no longer open" in closed.content.decode()
    assert "+1 555 0100" in closed.content.decode()
    assert admin.post(url, {"prepared": "no"}).status_code == 410
    switch(admin, cast, "1")
    assert admin.get(url).status_code == 200


def test_nobody_new_is_enrolled_and_new_rows_do_not_offer_it(admin, cast: Cast):
    switch(admin, cast, "0")
    with cast.acme.bound():
        program = Program.objects.get(pk=cast.acme.program.pk)
        with pytest.raises(ProgramSwitchedOff):
            enrol(program=program, partner=None, now=T0)
        assert offered(NewJourneyForm(), "program") == []
        assert offered(PartnerForm(), "programs") == []
        serving = PartnerForm(instance=cast.acme.partners["north"])
        assert offered(serving, "programs") == [program]  # what is there stays there
    rule = admin.get(reverse("alerts:new_rule", args=["acme", "pulse_5"])).content.decode()
    assert "acme brand program" not in rule


def test_its_open_cases_stay_workable(admin, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"})
    switch(admin, cast, "0")
    assert admin.post(reverse("caseloop:take", args=["acme", 1])).status_code == 303


def test_the_page_says_what_it_means_asks_first_and_it_is_audited_once(admin, cast: Cast):
    page = admin.get(reverse("tenants:program", args=["acme", cast.acme.program.pk])).content.decode()
    assert "Its open cases stay to be worked" in page
    assert "data-confirm=" in page
    switch(admin, cast, "0")
    switch(admin, cast, "0")
    with cast.acme.bound():
        actions = AuditEntry.objects.filter(target_id=cast.acme.program.pk).values_list("action", flat=True)
        assert list(actions) == ["tenants.program.switched_off"]
