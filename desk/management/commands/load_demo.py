"""Load the demo: two rival organizations with synthetic histories, and fresh survey links."""

import json
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from cxplatform.lib.tenancy import bound
from desk.demo.cast import PLANS, Plan, Stage, find, make
from desk.demo.history import FRESH, fresh_invitations, write_histories
from desk.demo.manifest import entry, manifest
from patients.models import Patient
from surveys.models import Invitation, Survey
from tenants.models import Member, Partner, Program, Role

SEED = 20260302
LINKS = 12
WORKERS = 2


class Command(BaseCommand):
    """Make what is missing, keep what is there, and write the manifest."""

    help = (
        "Load synthetic demo data (two organizations, a few hundred patients) by the code paths of real data, and write"
        " a manifest with sign-ins and fresh survey links. Run again, it keeps the data and tops up the links."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the place of the manifest."""
        parser.add_argument("--manifest", type=Path, required=True, help="where to write the JSON manifest")

    def handle(self, *_: Any, **options: Any) -> None:
        """Load and write. Refuses to run without DEMO=1: demo accounts have derived passwords."""
        if not settings.DEMO:
            raise CommandError("Set DEMO=1 to load demo data. Never do so beside real patients.")
        now = timezone.now()
        stages = [_stage(plan, now=now) for plan in PLANS]
        self._write_histories(stages, now=now)
        path: Path = options["manifest"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(manifest([_entry(stage, now=now) for stage in stages]), indent=2) + "\n", "utf-8")
        path.chmod(0o600)

    def _write_histories(self, stages: list[Stage], *, now: datetime) -> None:
        """Write the histories of every program that has none yet, two programs at a time."""
        jobs = [(stage, number, now) for stage in stages for number in _unwritten(stage)]
        connections.close_all()  # a connection does not survive a fork
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
            for said in pool.map(_write_program, jobs):
                self.stdout.write(said)


def _stage(plan: Plan, *, now: datetime) -> Stage:
    organization = find(plan.slug)
    if organization is None:
        return make(plan, now=now)
    stage = Stage(plan, organization)
    with bound(organization.pk):
        _look_up(stage)
    return stage


def _unwritten(stage: Stage) -> list[int]:
    with bound(stage.organization.pk):
        written = set(Patient.objects.values_list("program_id", flat=True).distinct())
    return [number for number, program in enumerate(stage.programs) if program.pk not in written]


def _write_program(job: tuple[Stage, int, datetime]) -> str:
    """Write the histories of one program in one transaction, in a process of its own, and say so."""
    stage, number, now = job
    planned, program = stage.plan.programs[number], stage.programs[number]
    dice = Random(f"{SEED}:{stage.plan.slug}:{number}")  # noqa: S311 - the same demo every time, not a secret
    with bound(stage.organization.pk):
        count = sum(1 for _ in write_histories(stage, planned=planned, program=program, now=now, dice=dice))
    return f"{stage.plan.slug}: {count} synthetic patients in {program}"


def _entry(stage: Stage, *, now: datetime) -> dict[str, Any]:
    with bound(stage.organization.pk):
        return entry(stage, _fresh_links(stage, now=now))


def _look_up(stage: Stage) -> None:
    stage.surveys = {survey.key: survey for survey in Survey.objects.all()}
    stage.partners = {partner.code: partner for partner in Partner.objects.all()}
    programs = {program.name: program for program in Program.objects.all()}
    stage.programs = [programs[planned.name] for planned in stage.plan.programs]
    stage.reviewers = list(Member.objects.active().with_role([Role.SAFETY]).select_related("user"))
    for member in Member.objects.active().with_role([Role.AGENT, Role.SUPERVISOR]).select_related("partner"):
        stage.agents.setdefault(member.partner.code if member.partner else "", []).append(member)


def _fresh_links(stage: Stage, *, now: datetime) -> list[Invitation]:
    """Return unanswered links that were made for trying out (the newest), topped up to LINKS."""
    waiting = list(
        Invitation.objects.filter(response=None, expires_at__gt=now, revoked_at=None, patient__stage="onboarding")
        .filter(patient__services__external_id__contains=FRESH)
        .select_related("patient", "survey")
        .order_by("-created_at")[:LINKS]
    )
    dice = Random()  # noqa: S311 - external ids only have to differ from those of an earlier run
    missing = LINKS - len(waiting)
    links = waiting + fresh_invitations(stage, count=missing, now=now, dice=dice)
    first = stage.programs[0].pk
    return sorted(links, key=lambda link: (link.program_id != first, link.language != "en", link.survey.key))
