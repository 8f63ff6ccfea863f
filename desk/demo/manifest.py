"""What the demo prints and tests read: addresses, sign-ins, keys and fresh links."""

from typing import Any

from django.conf import settings

from desk.demo.cast import SCOPES, Stage, demo_key, demo_password, people_of
from surveys.models import Invitation


def manifest(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the whole manifest from the parts of the organizations."""
    return {
        "base_url": settings.BASE_URL,
        "mail_dir": str(settings.MAIL_DIR),
        "note": "Synthetic: all organizations, people and answers are made up.",
        "organizations": entries,
    }


def entry(stage: Stage, links: list[Invitation]) -> dict[str, Any]:
    """Return one organization's part; runs bound to it."""
    plan = stage.plan
    keys: list[tuple[str, str | None]] = [("Whole organization", None), *((n, c) for c, n in plan.partners.items())]
    return {
        "slug": plan.slug,
        "name": plan.name,
        "users": [
            {"email": email, "password": demo_password(email), "role": role, "partner": partner}
            for email, role, partner in people_of(plan)
        ],
        "api_keys": [
            {"name": name, "key": demo_key(plan.slug, name), "scopes": SCOPES, "partner": partner}
            for name, partner in keys
        ],
        "survey_links": [
            {
                "url": invitation.url,
                "patient_id": invitation.patient.pseudonym if invitation.patient else None,
                "survey": invitation.survey.key,
                "language": invitation.language,
            }
            for invitation in links
        ],
    }
