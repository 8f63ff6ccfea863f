"""Which tables there are, whose they are, and what the catalog of Postgres says about them."""

from typing import Any

from django.apps import apps
from django.db import connection, models

from cxplatform.lib.rows import RowPolicy
from cxplatform.lib.tenancy import is_tenant_owned
from tenants.models import Partner

GLOBAL = {
    "account.EmailAddress",
    "account.EmailConfirmation",
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "contenttypes.ContentType",
    "mfa.Authenticator",
    "sessions.Session",
    "tenants.User",
}

# Members and keys that are confined to one partner may read these of the whole organization: no patient is in them, and
# stops and contacts hold nothing but a keyed fingerprint.
SEEN_BY_EVERY_PARTNER = {
    "alerts.Rule",
    "caseloop.CaseCounter",
    "caseloop.ClockPolicy",
    "messaging.GoLink",
    "messaging.Stop",
    "messaging.SurveyContact",
    "messaging.Wording",
    "patients.IssuedPseudonym",
    "surveys.Occasion",
    "surveys.Survey",
    "surveys.SurveyVersion",
    "tenants.AuditEntry",
    "tenants.Organization",
    "tenants.Program",
}

APPEND_ONLY = {
    "alerts.Alert",
    "alerts.Evaluation",
    "alerts.NoticeMessage",
    "caseloop.CaseEvent",
    "messaging.Attempt",
    "messaging.Reveal",
    "patients.Consent",
    "patients.Erasure",
    "patients.IssuedPseudonym",
    "patients.PatientEvent",
    "safety.ItemEvent",
    "surveys.Skip",
    "surveys.SurveyVersion",
    "tenants.AuditEntry",
}
# The columns of append-only tables that say that work is still to be done with a row: no history, so they may change.
PENDING = {"patients.PatientEvent": {"needs_review", "tells_cases"}}

EVERY = apps.get_models(include_auto_created=True)
OWNED = [model for model in EVERY if is_tenant_owned(model)]
CONFINED = [model for model in OWNED if model._meta.label not in SEEN_BY_EVERY_PARTNER]


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement on the catalog."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def path_to_partner(model: type[models.Model]) -> str:
    """Return the lookup from a row to the id of the partner that confines it."""
    policy = next(c for c in model._meta.constraints if isinstance(c, RowPolicy))
    if policy.partner == "id":
        return "id"
    target = model._meta.get_field(policy.partner).related_model
    if target is Partner:
        return f"{policy.partner}_id"
    return f"{policy.partner}__{path_to_partner(target)}"  # type: ignore[arg-type]
