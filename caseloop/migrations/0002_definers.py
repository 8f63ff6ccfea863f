"""What must be known of caseloop before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of caseloop."""

    dependencies = [("caseloop", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_quiet_cases",
            arguments="p_before timestamptz, p_limit integer",
            body="""
                SELECT c.organization_id, c.id FROM caseloop_case c
                WHERE c.status = 'resolved' AND c.resolved_at < p_before ORDER BY c.resolved_at LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_unreviewed_case_texts",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT t.organization_id, t.id FROM caseloop_casetext t
                WHERE t.needs_review AND t.id > p_after ORDER BY t.id LIMIT p_limit
            """,
        ),
    ]
