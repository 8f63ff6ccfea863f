"""What must be known of patients before the tenant is."""

from django.db import migrations

from cxplatform.lib.definers import CreateDefiner


class Migration(migrations.Migration):
    """Create the definer functions of patients."""

    dependencies = [("patients", "0001_initial")]

    operations = [
        CreateDefiner(
            name="cx_unplanned_touchpoints",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT t.organization_id, t.id FROM patients_touchpoint t
                WHERE t.plan_pending AND t.id > p_after ORDER BY t.id LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_unreviewed_patient_events",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT e.organization_id, e.id FROM patients_patientevent e
                WHERE e.needs_review AND e.id > p_after ORDER BY e.id LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_left_patients",
            arguments="p_after uuid, p_limit integer",
            body="""
                SELECT e.organization_id, e.id FROM patients_patientevent e
                WHERE e.tells_cases AND e.id > p_after ORDER BY e.id LIMIT p_limit
            """,
        ),
        CreateDefiner(
            name="cx_pending_imports",
            arguments="p_limit integer",
            body="""
                SELECT i.organization_id, i.id FROM patients_import i
                WHERE i.state IN ('checking', 'importing', 'undoing') ORDER BY i.changed_at LIMIT p_limit
            """,
        ),
    ]
