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
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT m.organization_id, m.id FROM messaging_message m
                WHERE m.needs_stand_in AND m.member_id IS NOT NULL AND m.id > p_after ORDER BY m.id LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_unreached_messages",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT m.organization_id, m.id FROM messaging_message m
                WHERE m.needs_stand_in AND m.member_id IS NULL AND m.id > p_after ORDER BY m.id LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_message_by_provider_id",
            arguments="p_provider_id text",
            body="SELECT m.organization_id, m.id FROM messaging_message m WHERE m.provider_id = p_provider_id AND m.provider_id <> ''",
        ),
        CreateDefiner(
            name="cx_addresses_by_fingerprint",
            arguments="p_fingerprint bytea",
            body="""
                SELECT a.organization_id, a.id FROM messaging_address a
                WHERE a.fingerprint = p_fingerprint ORDER BY a.organization_id, a.id
            """,
        ),
        CreateDefiner(
            name="cx_unreviewed_inbound",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT i.organization_id, i.id FROM messaging_inbound i
                WHERE i.needs_review AND i.id > p_after ORDER BY i.id LIMIT p_limit
            """,
        ),
    ]
