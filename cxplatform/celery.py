"""The Celery app, the beat schedule and the NUDGES map: the one place that knows which task follows which row."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections
from kombu.transport.redis import Channel

from cxplatform.lib.nudge import map_topics
from cxplatform.startup import refuse_to_start_unsafely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxplatform.settings")

app = Celery("cxplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Left alone, Celery closes the database connection around every task, and a new one costs more than most tasks do: a
# process of the server, its caches, every plan. A task keeps it as a request does, while it is young and answers.
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize


# Putting nudges back by the very connection that was lost can end a worker for good; a sweep finds their rows.
Channel.do_restore = False


@task_prerun.connect
@task_postrun.connect
def keep_good_connections(**_: Any) -> None:
    """Close a connection that is too old or was broken, and have the next task ask whether the server still answers."""
    close_old_connections()


# topic of a pending row → task that does its work
NUDGES = {
    "surveys.revision": "alerts.tasks.evaluate",
    "messaging.message": "messaging.tasks.deliver",
    "messaging.undelivered": "alerts.tasks.stand_in",
    "tenants.invited_member": "messaging.tasks.welcome_member",
    "messaging.unreached": "surveys.tasks.try_next_channel",
    "messaging.inbound": "safety.tasks.take_inbound",
    "patients.touchpoint": "surveys.tasks.plan",
    "patients.import": "patients.tasks.work_import",
    "patients.event": "safety.tasks.take_patient_event",
    "patients.left": "caseloop.tasks.take_leaver",
    "surveys.invitation": "surveys.tasks.step",
    "surveys.mailing": "surveys.tasks.send_list",
    "surveys.text": "safety.tasks.take_verbatim",
    "caseloop.text": "safety.tasks.take_case_text",
    "safety.page": "safety.tasks.page",
}
map_topics(NUDGES)

app.conf.task_routes = {
    "alerts.tasks.evaluate": {"queue": "urgent"},
    "alerts.tasks.stand_in": {"queue": "urgent"},
    "alerts.tasks.*": {"queue": "sweep"},
    "safety.tasks.sweep*": {"queue": "sweep"},
    "safety.tasks.*": {"queue": "urgent"},
    "surveys.tasks.*": {"queue": "sweep"},
    "patients.tasks.*": {"queue": "sweep"},
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
        ("tell cases that a patient left", "caseloop.tasks.sweep_leavers", 30.0),
        ("plan what follows from events", "surveys.tasks.sweep_touchpoints", 5.0),
        ("take due steps of invitations", "surveys.tasks.sweep_invitations", 5.0),
        ("send what bounced by another channel", "surveys.tasks.sweep_unreached", 15.0),
        ("invite lists", "surveys.tasks.sweep_mailings", 15.0),
        ("close what stayed quiet", "caseloop.tasks.sweep_quiet_cases", 300.0),
        ("take in open answers", "safety.tasks.sweep_verbatims", 15.0),
        ("take in case texts", "safety.tasks.sweep_case_texts", 15.0),
        ("take in text messages", "safety.tasks.sweep_inbound", 15.0),
        ("take in reported deaths", "safety.tasks.sweep_patient_events", 30.0),
        ("page the crisis contact", "safety.tasks.sweep_pages", 15.0),
        ("import patients", "patients.tasks.sweep_imports", 10.0),
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
