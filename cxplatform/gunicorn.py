"""gunicorn's settings, the same in the demo and in production; the environment may change the few that differ."""

import os
from pathlib import Path

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Loaded once and forked: the workers share its memory, and a replaced worker is there at once.
preload_app = True
# A worker is replaced now and then, never all at the same time, so that a slow leak stays small.
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "20000"))
max_requests_jitter = max_requests // 10
timeout = 30
graceful_timeout = 20
keepalive = 5
control_socket_disable = True
# On a disk the heartbeat file can stall with it, and a healthy worker be killed.
_MEMORY = Path("/dev/shm")  # noqa: S108 - memory, and gunicorn opens a file of its own in it
worker_tmp_dir = str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None
# Request lines may hold survey tokens: the application logs requests itself, with ids only.
accesslog = None
errorlog = "-"
