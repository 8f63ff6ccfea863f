"""What must be known of messaging before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of messaging."""

    dependencies = [("messaging", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_go_link",
            arguments="p_hash bytea",
            body="SELECT g.organization_id, g.id FROM messaging_golink g WHERE g.token_hash = p_hash",
        ),
        CreateDefiner(
            name="cx_due_messages",
            arguments="p_now timestamptz, p_limit integer",
            body="""
                SELECT m.organization_id, m.id FROM messaging_message m
                WHERE m.state = 'queued' AND m.next_try_at <= p_now ORDER BY m.next_try_at LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_undelivered_messages",
            arguments="p_limit integer",
            body="""
                SELECT m.organization_id, m.id FROM messaging_message m
                WHERE m.needs_stand_in ORDER BY m.id LIMIT p_limit
            """,
        ),
    ]
