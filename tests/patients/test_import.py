"""A file of patients, from its upload to its undoing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from messaging.models import Address, Message
from patients.importing import steering, working
from patients.models import Consent, Import, ImportChunk, ImportKey, IssuedPseudonym, Patient, Service, Touchpoint
from patients.services import consented_channels, enrol
from patients.tasks import sweep_imports, work_import
from surveys.models import Invitation, Skip
from tests.conftest import Cast
from tests.patients.files import HEADER, NOW, bring_in, check, codes_of, csv_of, undo, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut a file after 50 rows, so that a hundred make several chunks."""
    monkeypatch.setattr("patients.importing.chunks.ROWS", 50)


def walk_rows() -> list[dict[str, str]]:
    """Return 1,200 rows: 40 duplicates, 3 e-mail ids, 200 of last year, 5 out of order, 1 voided, 2 bad zones."""
    people = 1200 - 40 - 3 - 2 - 5 - 1
    rows = []
    for n in range(people):
        day = "2025-06-15" if n < 200 else "2026-02-20"
        rows.append(
            {
                "external_id": f"H-{n:05}",
                "language": "es" if n % 3 == 0 else "en",
                "time_zone": "America/Chicago",
                "touchpoint": "onboarding_completed",
                "occurred_at": f"{day}T10:00",
                "source_id": f"E-{n:05}",
                "consents": "email:survey+follow_up",
                "backfill": "1" if n < 200 else "",
            }
        )
    rows += [dict(rows[300 + n]) for n in range(40)]
    rows += [{**rows[400], "external_id": f"jane.{n}@example.org", "source_id": f"M-{n}"} for n in range(3)]
    rows += [
        {**rows[500], "external_id": f"Z-{n}", "time_zone": "America/NewYork", "source_id": f"Z-{n}"} for n in (1, 2)
    ]
    rows += [
        {**rows[600 + n], "touchpoint": "approved", "occurred_at": "2026-02-10T10:00", "source_id": f"O-{n}"}
        for n in range(5)
    ]
    rows.append({"external_id": rows[700]["external_id"], "source_id": rows[700]["source_id"], "void": "1"})
    return rows


WALK_HEADER = [*HEADER, "backfill", "void"]


def test_the_dry_run_names_each_fault_and_imports_nobody(cast: Cast) -> None:
    rows = walk_rows()
    assert len(rows) == 1200
    with cast.acme.bound():
        before = Patient.objects.count()
    source = check(cast.acme, csv_of(rows, WALK_HEADER))
    assert source.state == Import.State.CHECKED
    named = source.counts["codes"]
    assert named == {
        "duplicate_row": 40,
        "looks_like_identity": 3,
        "unknown_zone": 2,
        "out_of_order": 5,
        "same_patient": 6,  # those out of order, and the one that takes back
    }
    assert (source.counts["rows"], source.counts["left_out"], source.counts["voided"]) == (1200, 5, 1)
    assert source.counts["backfill"] == 200
    codes = codes_of(cast.acme, source)
    assert {row for row, found in codes.items() if "looks_like_identity" in found} == {1191, 1192, 1193}
    assert {row for row, found in codes.items() if "unknown_zone" in found} == {1194, 1195}
    with cast.acme.bound():
        assert Patient.objects.count() == before
        assert not Touchpoint.objects.exists()
        hint = source.faults.filter(code="unknown_zone")[0].message
        assert "America/New_York" in hint
        said = " ".join(source.faults.values_list("message", flat=True))
    assert "jane" not in said
    assert "NewYork" not in said


def test_the_import_brings_each_person_once_and_sends_nothing_for_history(cast: Cast) -> None:
    source = bring_in(cast.acme, csv_of(walk_rows(), WALK_HEADER))
    assert source.state == Import.State.DONE
    with cast.acme.bound():
        mine = Patient.objects.filter(source_import_id=source.pk)
        assert mine.count() == 1149 == source.counts["patients"]
        assert Service.objects.filter(external_id__startswith="H-").values("external_id").distinct().count() == 1149
        events = Touchpoint.objects.filter(source_import_id=source.pk)
        assert events.count() == 1154
        assert events.filter(is_backfill=True, plan_pending=False).count() == 200
        assert events.filter(plan_pending=True).count() == 1154 - 200 - 1
        assert events.get(source_id="E-00700").voided_at == NOW
        assert events.filter(is_backfill=True, plan_pending=True).count() == 0
        assert Consent.objects.filter(source="import").count() == 2 * 1149
        assert IssuedPseudonym.objects.filter(pseudonym__in=mine.values("pseudonym")).count() == 1149
        assert set(mine.values_list("stage", flat=True)) == {"onboarding", "enrolled"}
        assert mine.get(services__external_id="H-00600").stage == "onboarding"
        assert mine.get(services__external_id="H-00700").stage == "enrolled"
        assert not Invitation.objects.exists()
        assert not Message.objects.exists()
        assert not ImportChunk.objects.exists()
        assert not ImportKey.objects.exists()


def test_an_imported_patient_is_like_an_enrolled_one(cast: Cast) -> None:
    acme = cast.acme
    row = {"external_id": "H-1", "language": "es", "time_zone": "America/Denver", "respondent_kind": "caregiver"}
    bring_in(acme, csv_of([row], [*HEADER, "respondent_kind"]))
    with acme.bound():
        by_hand = enrol(
            program=acme.program,
            partner=acme.partners["north"],
            now=NOW,
            external_id="H-2",
            language="es",
            time_zone="America/Denver",
            respondent_kind="caregiver",
        )
        imported = Patient.objects.get(services__external_id="H-1")

        def shown(patient: Patient) -> list[dict[str, object]]:
            rows = [patient, patient.answering.get().respondent, patient.services.get()]
            hidden = {"id", "pseudonym", "source_import_id", "external_id", "patient_id"}
            return [
                {f.attname: getattr(r, f.attname) for f in r._meta.concrete_fields if f.attname not in hidden}
                for r in rows
            ]

        assert shown(imported) == shown(by_hand)


def test_undo_leaves_what_was_there_before(cast: Cast) -> None:
    acme = cast.acme
    header = [*HEADER, "email", "phone"]
    rows = [
        {
            "external_id": f"H-{n}",
            "touchpoint": "enrolled",
            "occurred_at": "2026-03-01",
            "consents": "email:survey",
            "email": f"p{n}@example.org",
            "phone": "+1 312 555 0100",
        }
        for n in range(3)
    ]
    with acme.bound():
        before = (Patient.objects.count(), Consent.objects.count(), Service.objects.count())
    source = bring_in(acme, csv_of(rows, header))
    with acme.bound():
        assert Address.objects.count() == 9
        issued = IssuedPseudonym.objects.count()
        used = Patient.objects.get(services__external_id="H-1")
        respondent = used.answering.get().respondent
        Invitation.draft(survey=acme.surveys["pulse_5"], respondent=respondent, patient=used, now=NOW).save()
        late = Patient.objects.get(services__external_id="H-2")  # was not asked, and the row that says why goes too
        Skip.objects.create(
            organization=acme.organization, patient=late, partner=late.partner, survey=acme.surveys["pulse_5"],
            step="invite", reason="too_late", at=NOW,
        )  # fmt: skip
    source = undo(acme, source)
    assert source.state == Import.State.UNDONE
    assert (source.counts["removed"], source.counts["kept"]) == (2, 1)
    with acme.bound():
        assert (Patient.objects.count(), Service.objects.count()) == (before[0] + 1, before[2] + 1)
        assert Consent.objects.count() == before[1] + 1
        assert IssuedPseudonym.objects.count() == issued
        assert Address.objects.count() == 3
        assert used.touchpoints.get().voided_at
        assert source.faults.get(code="kept").message.startswith(used.pseudonym)


def test_history_without_its_mark_is_warned_of(cast: Cast) -> None:
    rows = [{"external_id": f"H-{n}", "touchpoint": "enrolled", "occurred_at": "2025-06-15"} for n in range(200)]
    source = check(cast.acme, csv_of(rows))
    assert source.counts["codes"] == {"too_late": 200}
    assert check(cast.acme, csv_of(rows), is_backfill=True).counts["codes"] == {}


def people(count: int, **over: str) -> bytes:
    fields = {"touchpoint": "enrolled", "occurred_at": "2026-02-20", "consents": "email:survey", **over}
    return csv_of([{"external_id": f"H-{n:05}", **fields} for n in range(count)])


def begun(cast: Cast, data: bytes) -> Import:
    """Return an import that was checked and started, and of which nothing has been done."""
    source = check(cast.acme, data)
    with cast.acme.bound():
        steering.start(source=source, by=cast.acme.members["admin"], now=NOW)
    return source


def made(cast: Cast, source: Import) -> int:
    with cast.acme.bound():
        return Patient.objects.filter(source_import_id=source.pk).count()


def test_a_worker_that_dies_in_a_chunk_leaves_it_undone_and_the_next_goes_on_there(
    cast: Cast, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = begun(cast, people(110))
    ids = {"organization_id": str(cast.acme.organization.pk), "import_id": str(source.pk)}
    assert working.lease(**ids, now=NOW)
    work(cast.acme, source, steps=1)
    assert made(cast, source) == 50

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("patients.importing.writing._void", killed)  # everything of the chunk was written before
        with pytest.raises(SystemExit):
            work(cast.acme, source, steps=1)
    assert made(cast, source) == 50
    assert not working.lease(**ids, now=NOW + timedelta(seconds=30))
    assert working.lease(**ids, now=NOW + timedelta(seconds=90))
    work(cast.acme, source)
    assert (source.state, made(cast, source), source.counts["patients"]) == ("done", 110, 110)
    with cast.acme.bound():
        assert Touchpoint.objects.filter(source_import_id=source.pk).count() == 110


def test_cancelling_ends_between_two_chunks_and_what_came_in_can_be_undone(cast: Cast, small_chunks: None) -> None:
    source = begun(cast, people(110))
    work(cast.acme, source, steps=1)
    with cast.acme.bound():
        steering.cancel(source=source, by=cast.acme.members["admin"], now=NOW)
    work(cast.acme, source)
    assert (source.state, made(cast, source)) == ("cancelled", 50)
    with cast.acme.bound():
        assert not ImportChunk.objects.exists()
    undo(cast.acme, source)
    assert made(cast, source) == 0


def test_a_fault_of_ours_ends_the_import_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    source = begun(cast, people(3))
    ids = {"organization_id": str(cast.acme.organization.pk), "import_id": str(source.pk)}
    with cast.acme.bound():
        ImportChunk.objects.update(sealed=b"x")
    work_import(**ids)
    with cast.acme.bound():
        source.refresh_from_db()
    assert (source.state, source.error) == ("failed", "VaultKeyMissing")


def test_the_sweep_finds_what_was_not_nudged(cast: Cast) -> None:
    source = begun(cast, people(3))
    assert sweep_imports() == 1
    with cast.acme.bound():
        source.refresh_from_db()
    assert source.state == "done"
    assert sweep_imports() == 0


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    first = bring_in(cast.acme, people(20))
    with cast.acme.bound():
        before = [model.objects.count() for model in (Patient, Touchpoint, Consent, Service)]
    again = bring_in(cast.acme, people(20), now=NOW + timedelta(days=1))
    assert again.counts["codes"] == {"known_patient": 20, "known_event": 20}
    assert (first.counts["patients"], again.counts["patients"]) == (20, 0)
    with cast.acme.bound():
        assert [model.objects.count() for model in (Patient, Touchpoint, Consent, Service)] == before
    assert undo(cast.acme, again, now=NOW + timedelta(days=2)).counts.get("removed", 0) == 0
    assert made(cast, first) == 20


def test_a_known_patient_is_changed_by_what_the_row_says_and_by_nothing_else(cast: Cast) -> None:
    acme = cast.acme
    bring_in(acme, people(1, language="es", time_zone="America/Denver"))
    header = [*HEADER, "email", "stage", "preferred_channel"]
    news = {"external_id": "H-00000", "time_zone": "America/Chicago", "email": "jane@example.org", "stage": "training"}
    bring_in(acme, csv_of([{**news, "preferred_channel": "sms"}], header))
    with acme.bound():
        patient = Patient.objects.get(services__external_id="H-00000")
        respondent = patient.answering.get().respondent
        assert (patient.language, patient.time_zone, patient.stage) == ("es", "America/Chicago", "training")
        assert (respondent.language, respondent.time_zone, respondent.preferred_channel) == (
            "es",
            "America/Chicago",
            "sms",
        )
        assert Address.objects.get(owner_id=respondent.pk).channel == "email"


def test_an_old_file_gives_back_no_consent_that_was_taken_back(cast: Cast) -> None:
    acme = cast.acme
    bring_in(acme, people(1))
    with acme.bound():
        respondent = Patient.objects.get(services__external_id="H-00000").answering.get().respondent
    later = NOW + timedelta(days=3)
    bring_in(acme, people(1, consents="", source_id=""), now=later)
    bring_in(acme, csv_of([["H-00000", "none"]], ["external_id", "consent_email"]), now=later)
    with acme.bound():
        assert consented_channels(respondent_id=respondent.pk, purpose="survey") == []
    again = bring_in(acme, people(1), now=later + timedelta(days=1))
    assert "consent_undated" in again.counts["codes"]
    with acme.bound():
        assert consented_channels(respondent_id=respondent.pk, purpose="survey") == []
    dated = csv_of([["H-00000", "survey", "2026-03-06"]], ["external_id", "consent_email", "consent_at"])
    bring_in(acme, dated, now=later + timedelta(days=2))
    with acme.bound():
        assert consented_channels(respondent_id=respondent.pk, purpose="survey") == ["email"]


def test_a_caregiver_comes_beside_the_patient(cast: Cast) -> None:
    rows = [["H-1", "patient", "en"], ["H-1", "caregiver", "es"]]
    bring_in(cast.acme, csv_of(rows, ["external_id", "respondent_kind", "language"]))
    with cast.acme.bound():
        patient = Patient.objects.get(services__external_id="H-1")
        kinds = list(patient.answering.order_by("pk").values_list("respondent__kind", "respondent__language"))
    assert (patient.language, sorted(kinds)) == ("en", [("caregiver", "es"), ("patient", "en")])


def test_a_contradiction_and_an_unknown_event_are_faults(cast: Cast) -> None:
    header = [*HEADER, "void"]
    event = {"external_id": "H-1", "touchpoint": "enrolled", "source_id": "E-1"}
    rows = [
        {**event, "occurred_at": "2026-02-20"},
        {**event, "occurred_at": "2026-02-21"},
        {"external_id": "H-1", "source_id": "E-9", "void": "1"},
    ]
    source = check(cast.acme, csv_of(rows, header))
    codes = codes_of(cast.acme, source)
    assert "event_conflict" in codes[3]
    assert "void_unknown" in codes[4]
    assert source.counts["left_out"] == 2


def test_a_latin_1_file_is_read_and_said(cast: Cast) -> None:
    data = "external_id,stage,nota\nH-1,onboarding,año\n".encode("latin-1")
    source = check(cast.acme, data)
    with cast.acme.bound():
        assert source.faults.get().code == "not_utf8"
    assert source.counts["taken"] == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_imports_racing_for_the_same_people_make_each_once(cast: Cast) -> None:
    acme = cast.acme
    sources = [begun(cast, people(300, source_id="")) for _ in range(2)]
    errors = []

    def run(source: Import) -> None:
        try:
            work(acme, source)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[source]) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [source.state for source in sources] == ["done", "done"]
    with acme.bound():
        assert Service.objects.filter(external_id__startswith="H-").count() == 300
        assert Patient.objects.filter(source_import_id__in=[source.pk for source in sources]).count() == 300
        assert Touchpoint.objects.count() == 300
