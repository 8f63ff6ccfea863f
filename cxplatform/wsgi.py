"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from cxplatform.startup import refuse_to_start_unsafely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxplatform.settings")
application = get_wsgi_application()

refuse_to_start_unsafely()
