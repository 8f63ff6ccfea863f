"""cxplatform: patient-support surveys with a closed loop."""

from cxplatform.celery import app as celery_app

__all__ = ["celery_app"]
