"""What must be known of alerts before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of alerts."""

    dependencies = [("alerts", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_due_notices",
            arguments="p_now timestamptz, p_limit integer",
            body="""
                SELECT n.organization_id, n.id FROM alerts_notice n
                WHERE n.settled_at IS NULL AND n.due_at <= p_now ORDER BY n.due_at LIMIT p_limit
            """,
        ),
    ]
