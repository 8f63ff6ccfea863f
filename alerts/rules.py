"""Verbs over rules: save and switch. Alerts that fired keep the rule as it was then."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from uuid_utils.compat import uuid7

from alerts.models import Rule
from tenants.models import Member
from tenants.models.audit import audit


@transaction.atomic
def save_rule(*, rule: Rule, by: Member, now: datetime) -> None:
    """Store a new or changed rule; it is looked at from the next answer on."""
    before = {} if rule._state.adding else _facts(Rule.objects.get(pk=rule.pk))
    if rule._state.adding:
        rule.created_at = now
        rule.key = f"{slugify(rule.name)[:40] or 'rule'}-{uuid7().hex[-12:]}"
    rule.changed_at = now
    rule.save()
    audit(
        "alerts.rule.changed" if before else "alerts.rule.created",
        by=by,
        target=rule,
        now=now,
        before=before,
        after=_facts(rule),
    )


@transaction.atomic
def switch_rule(*, rule: Rule, is_active: bool, by: Member, now: datetime) -> None:
    """Switch a rule on or off; twice is once."""
    if Rule.objects.filter(pk=rule.pk).exclude(is_active=is_active).update(is_active=is_active, changed_at=now):
        audit("alerts.rule.switched_on" if is_active else "alerts.rule.switched_off", by=by, target=rule, now=now)


def _facts(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "survey": str(rule.survey_id or ""),
        "program": str(rule.program_id or ""),
        "condition": rule.condition,
        "severity": rule.severity,
        "team": str(rule.team_id or ""),
        "is_active": rule.is_active,
    }
