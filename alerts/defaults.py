"""The rules that ship with the product; six are on, the rest are drafts that an admin may switch on."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

from alerts.models import Rule
from caseloop.codes import Severity
from surveys.models import Survey

_FILE = Path(__file__).with_name("builtin_rules.json")


def install_default_rules(*, organization_id: UUID, now: datetime) -> None:
    """Give an organization one rule per shipped rule and built-in survey; rules that it has stay as they are."""
    surveys = {survey.key: survey for survey in Survey.objects.all()}
    rows = [
        Rule(
            organization_id=organization_id,
            key=f"{shipped['key']}-{survey_key}",
            name=shipped["name"]["en"],
            survey=surveys[survey_key],
            condition=shipped["condition"],
            severity=Severity.CALLBACK if shipped["kind"] == "callback" else shipped["severity"],
            is_active=shipped["is_active"],
            created_at=now,
            changed_at=now,
        )
        for shipped in json.loads(_FILE.read_text(encoding="utf-8"))
        for survey_key in shipped["survey_keys"]
        if survey_key in surveys
    ]
    Rule.objects.bulk_create(rows, ignore_conflicts=True)
