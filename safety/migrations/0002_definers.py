"""What must be known of safety before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of safety."""

    dependencies = [("safety", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_due_pages",
            arguments="p_now timestamptz, p_limit integer",
            body="""
                SELECT i.organization_id, i.id FROM safety_item i
                WHERE i.next_page_at <= p_now ORDER BY i.next_page_at LIMIT p_limit
            """,
        ),
    ]
