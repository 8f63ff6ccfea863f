"""The web process."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxplatform.settings")
application = get_wsgi_application()

try:
    connection.ensure_connection()  # a role that could bypass row-level security ends the process here
except OperationalError:
    pass  # the database may come up later; /readyz says so until then, and the check runs on connecting
finally:
    connection.close()
