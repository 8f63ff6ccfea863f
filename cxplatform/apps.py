"""The project's own app: it guards every database connection and checks the deployment."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from cxplatform.lib.tenancy import guard_connection


class CxplatformConfig(AppConfig):
    """Install the guards."""

    name = "cxplatform"

    def ready(self) -> None:
        """Refuse unbound SQL and privileged roles on every connection from now on."""
        connection_created.connect(guard_connection, dispatch_uid="cxplatform.guard_connection")
