"""The short list of SECURITY DEFINER functions: what must be known before the tenant is.

Each returns (organization_id, id) only, has a fixed search_path, and may be executed by the application role alone.
"""

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

# The whole list; a test compares it with what Postgres has.
DEFINERS = frozenset(
    {
        "cx_addresses_by_fingerprint",
        "cx_api_key",
        "cx_due_invitations",
        "cx_due_mailings",
        "cx_due_messages",
        "cx_due_notices",
        "cx_due_pages",
        "cx_go_link",
        "cx_invitation_by_token",
        "cx_left_patients",
        "cx_member_by_slug",
        "cx_memberships",
        "cx_message_by_provider_id",
        "cx_organizations",
        "cx_pending_imports",
        "cx_pending_revisions",
        "cx_quiet_cases",
        "cx_undelivered_messages",
        "cx_uninvited_members",
        "cx_unplanned_touchpoints",
        "cx_unreached_messages",
        "cx_unreviewed_case_texts",
        "cx_unreviewed_inbound",
        "cx_unreviewed_patient_events",
        "cx_unreviewed_verbatims",
    }
)


class CreateDefiner(Operation):
    """Create (or replace) one definer function in a migration; the owner of the tables owns it.

    arguments: SQL argument list, e.g. "p_hash bytea".
    body: one SELECT of (organization_id, id).
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *, name: str, arguments: str, body: str) -> None:
        self.name = name
        self.arguments = arguments
        self.body = body

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change no model."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the function and give it to the application role alone."""
        signature = f"{self.name}({self.arguments})"
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS TABLE (organization_id uuid, id uuid)"
            " LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
            f" AS $body$ {self.body} $body$",
            params=None,
        )
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {self.name} FROM PUBLIC", params=None)
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {self.name} TO {settings.APP_ROLE}", params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the function."""
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.name}", params=None)

    def describe(self) -> str:
        """Name the function."""
        return f"Create definer function {self.name}"


class GrantToApplication(Operation):
    """Let the application role read and write every table of the schema, those that exist and those to come."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change no model."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Set default privileges and grant on what exists."""
        role = settings.APP_ROLE
        for sql in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            schema_editor.execute(sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Leave the grants: the tables go anyway."""

    def describe(self) -> str:
        """Say what is granted."""
        return "Grant tables to the application role"
