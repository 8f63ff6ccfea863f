"""The Celery app, the beat schedule and the NUDGES map: the one place that knows which task follows which row."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured

from cxplatform.lib.nudge import map_topics
from cxplatform.startup import refuse_to_start_unsafely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxplatform.settings")

app = Celery("cxplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# topic of a pending row → task that does its work
NUDGES = {
    "surveys.revision": "alerts.tasks.evaluate",
    "messaging.message": "messaging.tasks.deliver",
    "messaging.undelivered": "alerts.tasks.stand_in",
    "tenants.invited_member": "messaging.tasks.welcome_member",
}
map_topics(NUDGES)

app.conf.task_routes = {
    "alerts.tasks.evaluate": {"queue": "urgent"},
    "alerts.tasks.stand_in": {"queue": "urgent"},
    "alerts.tasks.*": {"queue": "sweep"},
    "messaging.tasks.deliver": {"queue": "mail"},
    # It delivers too, so a mail server that never answers must not keep the other sweeps waiting.
    "messaging.tasks.sweep_messages": {"queue": "mail"},
    "messaging.tasks.*": {"queue": "sweep"},
}

# A sweep that finds nothing costs one indexed query; `expires` keeps a backlog of sweeps from piling up.
app.conf.beat_schedule = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("evaluate what is pending", "alerts.tasks.sweep_revisions", 5.0),
        ("write due notices", "alerts.tasks.sweep_notices", 15.0),
        ("tell somebody else", "alerts.tasks.sweep_undelivered", 15.0),
        ("deliver what is due", "messaging.tasks.sweep_messages", 5.0),
        ("welcome invited members", "messaging.tasks.sweep_invited_members", 30.0),
        ("close what stayed quiet", "caseloop.tasks.sweep_quiet_cases", 300.0),
        ("note that beat is alive", "desk.tasks.heartbeat", 10.0),
    )
}


@worker_init.connect
def refuse_unsafe_worker(**_: Any) -> None:
    """End a worker that would be unsafe before it takes a task: an ordinary exception in a signal is only logged."""
    try:
        refuse_to_start_unsafely()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
