"""Best-effort nudges: tell a worker that a row is pending, after the commit that made it so.

The row is the queue; a nudge only makes the work immediate, and a sweep makes it certain. So a nudge may fail: it has
100 ms timeouts, no retry and a circuit breaker, and a request never waits for Redis or needs it.
"""

import os
import threading
from contextlib import suppress
from typing import Any

import structlog
from celery import Celery, current_app
from django.conf import settings
from django.db import transaction
from kombu.connection import Connection
from kombu.messaging import Producer

from cxplatform.lib.breaker import Breaker

log = structlog.get_logger(__name__)
breaker = Breaker(pause_s=2.0)

TIMEOUT_S = 0.1
_topics: dict[str, str] = {}
_local = threading.local()


def map_topics(topics: dict[str, str]) -> None:
    """Tell which task each topic nudges: topic → task name (called once, by cxplatform.celery)."""
    _topics.update(topics)


def nudge(topic: str, **ids: Any) -> None:
    """After the current transaction commits, ask a worker to do the work of `topic` on the rows `ids`.

    topic: a key of NUDGES in cxplatform/celery.py. ids: organization_id and row ids, sent as strings.
    Raises KeyError for an unmapped topic; never raises for anything that happens after the commit.
    """
    task = _topics[topic]

    # A function, not a partial: when a robust hook fails, Django logs its __qualname__, which a partial has not.
    def send() -> None:
        _send(task, {name: str(value) for name, value in ids.items()})

    transaction.on_commit(send, robust=True)


def _send(task: str, kwargs: dict[str, str]) -> None:
    if breaker.is_open():
        return
    app = current_app._get_current_object()
    try:
        app.send_task(task, kwargs=kwargs, producer=_producer(app), retry=False, ignore_result=True)
    except Exception as error:  # the row stays pending and the sweep will find it, whatever happened here
        _forget_producer()
        if breaker.failed():
            log.warning("nudge.unavailable", task=task, error=type(error).__name__)
    else:
        breaker.succeeded()


def _producer(app: Celery) -> Producer:
    if getattr(_local, "pid", None) != os.getpid():  # a connection does not survive a fork
        options = {
            "socket_timeout": TIMEOUT_S,
            "socket_connect_timeout": TIMEOUT_S,
        }
        connection = Connection(settings.CELERY_BROKER_URL, connect_timeout=TIMEOUT_S, transport_options=options)
        connection.ensure_connection(max_retries=0, interval_start=0)  # its default would sleep 2 s and try again
        _local.producer = app.amqp.Producer(connection.channel(), auto_declare=False)
        _local.connection, _local.pid = connection, os.getpid()
    producer: Producer = _local.producer
    return producer


def _forget_producer() -> None:
    connection = getattr(_local, "connection", None)
    _local.pid = _local.connection = _local.producer = None
    if connection is not None:
        with suppress(Exception):  # drops the sockets without a word to the server, which may not be listening
            connection.collect(socket_timeout=TIMEOUT_S)
