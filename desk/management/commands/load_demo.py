"""Load the demo: two rival organizations with synthetic histories, and fresh survey links."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxplatform.lib.tenancy import bound
from desk.demo.cast import PLANS, Plan, Stage, find, make
from desk.demo.history import FRESH, fresh_invitations, write_histories
from desk.demo.manifest import entry, manifest
from surveys.models import Invitation, Survey
from tenants.models import Member, Partner, Program, Role

SEED = 20260302
LINKS = 12


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
        entries = [self._load(plan, now=now) for plan in PLANS]
        path: Path = options["manifest"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(manifest(entries), indent=2) + "\n", encoding="utf-8")
        path.chmod(0o600)

    def _load(self, plan: Plan, *, now: datetime) -> dict[str, Any]:
        dice = Random(f"{SEED}:{plan.slug}")  # noqa: S311 - the same demo every time, not a secret
        organization = find(plan.slug)
        stage = make(plan, now=now) if organization is None else Stage(plan, organization)
        with bound(stage.organization.pk):
            if organization is None:
                self._write_histories(stage, now=now, dice=dice)
            else:
                _look_up(stage)
            links = _fresh_links(stage, now=now)
            return entry(stage, links)

    def _write_histories(self, stage: Stage, *, now: datetime, dice: Random) -> None:
        total = sum(planned.patients for planned in stage.plan.programs)
        for number, _ in enumerate(write_histories(stage, now=now, dice=dice), 1):
            if number % 50 == 0 or number == total:
                self.stdout.write(f"{stage.plan.slug}: {number} of {total} synthetic patients")


def _look_up(stage: Stage) -> None:
    stage.surveys = {survey.key: survey for survey in Survey.objects.all()}
    stage.partners = {partner.code: partner for partner in Partner.objects.all()}
    programs = {program.name: program for program in Program.objects.all()}
    stage.programs = [programs[planned.name] for planned in stage.plan.programs]
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
