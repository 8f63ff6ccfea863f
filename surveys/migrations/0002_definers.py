"""What must be known of surveys before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of surveys."""

    dependencies = [("surveys", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_invitation_by_token",
            arguments="p_hash bytea",
            body="SELECT i.organization_id, i.id FROM surveys_invitation i WHERE i.token_hash = p_hash",
        ),
        CreateDefiner(
            name="cx_pending_revisions",
            arguments="p_now timestamptz, p_limit integer",
            body="""
                SELECT r.organization_id, r.id FROM surveys_response r
                WHERE r.evaluate_at <= p_now ORDER BY r.evaluate_at LIMIT p_limit
            """,
        ),
    ]
