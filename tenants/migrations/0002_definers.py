"""What must be known of tenants before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of tenants."""

    dependencies = [("tenants", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_member_by_slug",
            arguments="p_user uuid, p_slug text",
            body="""
                SELECT m.organization_id, m.id FROM tenants_member m
                JOIN tenants_organization o ON o.id = m.organization_id
                WHERE m.user_id = p_user AND m.is_active AND o.slug = p_slug
            """,
        ),
        CreateDefiner(
            name="cx_memberships",
            arguments="p_user uuid",
            body="""
                SELECT m.organization_id, m.id FROM tenants_member m
                JOIN tenants_organization o ON o.id = m.organization_id
                WHERE m.user_id = p_user AND m.is_active ORDER BY o.name, o.id
            """,
        ),
        CreateDefiner(
            name="cx_api_key",
            arguments="p_hash bytea",
            body="SELECT k.organization_id, k.id FROM tenants_apikey k WHERE k.key_hash = p_hash",
        ),
        CreateDefiner(
            name="cx_organizations",
            arguments="",
            body="SELECT o.id, o.id FROM tenants_organization o ORDER BY o.id",
        ),
        CreateDefiner(
            name="cx_uninvited_members",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT m.organization_id, m.id FROM tenants_member m
                WHERE m.welcome_pending AND m.id > p_after ORDER BY m.id LIMIT p_limit
            """,
        ),
    ]
