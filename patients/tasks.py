"""Celery wrappers of imports."""

import time
from typing import Any

import structlog
from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from cxplatform.lib.nudge import nudge
from cxplatform.lib.tenancy import bound, call_definer
from patients.importing import working

log = structlog.get_logger(__name__)
BATCH = 20
# A long file gives its worker back from time to time, so that no other work waits for it.
SLICE_S = 5.0


@shared_task
def work_import(*, organization_id: str, import_id: str, **_: Any) -> int:
    """Work on one import for some seconds, and ask to go on; return the chunks done.

    A worker that dies leaves a lease that runs out, and the sweep goes on after the last chunk that was committed. An
    import that cannot go on is ended and shown; a database that is away only makes it wait.
    """
    ids = {"organization_id": organization_id, "import_id": import_id}
    if not working.lease(**ids, now=timezone.now()):
        return 0
    done, until, goes_on = 0, time.monotonic() + SLICE_S, True
    try:
        while goes_on and time.monotonic() < until:
            goes_on = working.step(**ids, now=timezone.now())
            done += 1
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("patients.import_failed", import_id=import_id)
        working.fail(**ids, error=error, now=timezone.now())
        return done
    if goes_on:
        working.release(**ids, now=timezone.now())
        with bound(organization_id):
            nudge("patients.import", **ids)
    return done


@shared_task
def sweep_imports(**_: Any) -> int:
    """Go on with imports whose nudge was lost or whose worker died."""
    pending = call_definer("cx_pending_imports", BATCH)
    for organization_id, import_id in pending:
        work_import(organization_id=str(organization_id), import_id=str(import_id))
    return len(pending)
