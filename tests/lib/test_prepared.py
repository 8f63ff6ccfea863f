"""A prepared row obeys row-level security."""

import pytest

from cxplatform.lib.prepared import PreparedRow
from cxplatform.lib.tenancy import Unbound
from patients.models import Patient
from tests.conftest import Cast

ROW = PreparedRow("tests_patient", Patient.objects.select_related("program", "partner"))
# A plan that every bound organization shares is made after the fifth run.
RUNS = 8


def test_row_comes_with_what_is_selected_beside_it(cast: Cast, django_assert_num_queries) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        ROW.get(patient.pk)
        with django_assert_num_queries(1):
            row = ROW.get(patient.pk)
            assert (row, row.program, row.partner) == (patient, cast.acme.program, cast.acme.partners["north"])
        assert (row.stage_at, row.created_at) == (patient.stage_at, patient.created_at)


def test_row_of_another_organization_does_not_exist_however_often_it_was_read(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    for _ in range(RUNS):
        with cast.acme.bound():
            assert ROW.get(patient.pk) == patient
        with cast.rival.bound(), pytest.raises(Patient.DoesNotExist):
            ROW.get(patient.pk)


def test_row_of_another_partner_does_not_exist_under_confinement(cast: Cast) -> None:
    north, south = cast.acme.patients
    with cast.acme.bound(cast.acme.partners["north"]):
        assert ROW.get(north.pk) == north
        with pytest.raises(Patient.DoesNotExist):
            ROW.get(south.pk)


def test_nothing_is_read_while_no_organization_is_bound(cast: Cast) -> None:
    with cast.acme.bound():
        ROW.get(cast.acme.patients[0].pk)
    with pytest.raises(Unbound):
        ROW.get(cast.acme.patients[0].pk)
