"""The project's own app: it guards every database connection and checks the deployment."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created

from cxplatform.celery import app as celery_app  # shared tasks and nudges find it as soon as Django is set up
from cxplatform.checks import secrets_are_set
from cxplatform.lib.tenancy import guard_connection

__all__ = ["CxplatformConfig", "celery_app"]


class CxplatformConfig(AppConfig):
    """Install the guards."""

    name = "cxplatform"

    def ready(self) -> None:
        """Refuse unbound SQL and privileged roles on every connection from now on; check the deployment's secrets."""
        connection_created.connect(guard_connection, dispatch_uid="cxplatform.guard_connection")
        register(secrets_are_set, Tags.security, deploy=True)
