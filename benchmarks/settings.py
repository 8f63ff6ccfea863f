"""The product's settings, with the bare views and tasks beside it: one server, one middleware, one connection."""

from cxplatform.settings import *  # noqa: F403
from cxplatform.settings import INSTALLED_APPS as _INSTALLED_APPS

INSTALLED_APPS = [*_INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
