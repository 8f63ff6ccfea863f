"""One unguessable link for one respondent and one survey."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models

from cxplatform.lib.codes import derived_token, token_hash
from cxplatform.lib.rows import tenant_rows
from patients.models import Patient, Respondent
from surveys.models.survey import Survey
from tenants.models import Partner, Program, TenantRow

LIFETIME = timedelta(days=21)


class Invitation(TenantRow):
    """A link that expires and takes one response.

    Until the first answer it shows the newest version; from then on the response says which. The token is derived from
    the row with LINK_KEY, so the link can be sent again although only its hash is stored.
    """

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="invitations"
    )
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="invitations"
    )
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="invitations"
    )
    language = models.CharField(max_length=8, default="en")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = tenant_rows(
            "surveys_invitation",
            keys=("program", "partner", "patient", "respondent", "survey"),
            partner="partner",
        )

    @classmethod
    def draft(
        cls,
        *,
        survey: Survey,
        respondent: Respondent,
        patient: Patient | None,
        now: datetime,
        lifetime: timedelta = LIFETIME,
    ) -> Self:
        """Return an unsaved invitation with its token hash, for one save or a bulk_create."""
        invitation = cls(
            organization_id=survey.organization_id,
            program_id=respondent.program_id,
            partner_id=patient.partner_id if patient else respondent.partner_id,
            patient=patient,
            respondent=respondent,
            survey=survey,
            language=respondent.language,
            created_at=now,
            expires_at=now + lifetime,
        )
        invitation.token_hash = token_hash(invitation.token)
        return invitation

    @property
    def token(self) -> str:
        """Return the 24 characters of the link."""
        return derived_token(settings.LINK_KEY.encode(), kind="survey", id=self.pk)

    @property
    def url(self) -> str:
        """Return the absolute address of the survey page."""
        return f"{settings.BASE_URL}/s/{self.token}/"

    def is_over(self, *, now: datetime) -> bool:
        """Tell whether the link has expired or was revoked."""
        return self.expires_at <= now or self.revoked_at is not None
