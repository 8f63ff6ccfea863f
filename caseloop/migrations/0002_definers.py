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
    ]
