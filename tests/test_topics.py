"""Every nudge topic is mapped to a task that exists, and so is every entry of the beat schedule."""

import re
from pathlib import Path

from celery import Celery
from django.conf import settings

from cxplatform.celery import NUDGES, app

APPS = ("desk", "alerts", "caseloop", "surveys", "patients", "messaging", "tenants", "cxplatform")


def nudged() -> set[str]:
    """Return the topics that the code nudges."""
    found: set[str] = set()
    for folder in APPS:
        for file in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
            found |= set(re.findall(r"\bnudge\(\s*\"([a-z_.]+)\"", file.read_text(encoding="utf-8")))
    return found


def registered(celery: Celery) -> set[str]:
    """Return the names of our tasks."""
    celery.loader.import_default_modules()
    return {name for name in celery.tasks if not name.startswith("celery.")}


def test_every_topic_in_the_code_is_mapped_and_every_mapped_one_is_used_or_swept() -> None:
    assert nudged() <= NUDGES.keys()
    assert len(nudged()) >= 3


def test_every_topic_leads_to_a_registered_task() -> None:
    assert set(NUDGES.values()) <= registered(app)


def test_every_entry_of_the_schedule_is_a_registered_task() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= registered(app)


def test_every_nudged_task_has_a_sweep_that_needs_no_nudge() -> None:
    sweeps = {entry["task"].rpartition(".")[0] for entry in app.conf.beat_schedule.values()}
    assert {task.rpartition(".")[0] for task in NUDGES.values()} <= sweeps


def test_every_scheduled_task_expires_before_the_next_one() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] <= entry["schedule"]


def test_every_task_goes_to_a_queue_that_workers_serve() -> None:
    router = app.amqp.router
    queues = {router.route({}, task)["queue"].name for task in registered(app)}
    assert queues <= {"urgent", "mail", "sweep"}
