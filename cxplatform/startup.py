"""What ends a web process or a worker before it serves anything: a role or a secret that would make it unsafe."""

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from cxplatform.checks import secrets_are_set


def refuse_to_start_unsafely() -> None:
    """Raise ImproperlyConfigured when a secret is a stand-in or the database role could bypass row-level security.

    A database that is not up yet does not hinder the start: the role is checked on connecting.
    """
    if missing := secrets_are_set():
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in missing))
    try:
        connection.ensure_connection()
    except OperationalError:
        return
    finally:
        connection.close()
