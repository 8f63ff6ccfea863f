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
        CreateDefiner(
            name="cx_due_invitations",
            arguments="p_now timestamptz, p_limit integer",
            body="""
                SELECT i.organization_id, i.id FROM surveys_invitation i
                WHERE i.next_step_at <= p_now ORDER BY i.next_step_at LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_due_mailings",
            arguments="p_now timestamptz, p_limit integer",
            body="""
                SELECT m.organization_id, m.id FROM surveys_mailing m
                WHERE m.next_chunk_at <= p_now ORDER BY m.next_chunk_at LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_unreviewed_verbatims",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT v.organization_id, v.id FROM surveys_verbatim v
                WHERE v.needs_review AND v.id > p_after ORDER BY v.id LIMIT p_limit
            """,
        ),
    ]
