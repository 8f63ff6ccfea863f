"""A row that every request reads: its query is put together once per process and planned once per connection.

For a join of six tables under row-level security, putting the query together and planning it take several times as long
as running it. The policies hold as for any statement: the plan is made for our role, and reads the bound organization
when it runs.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query import get_related_populators

_ANY = UUID(int=0)


class PreparedRow[M: models.Model]:
    """One row by its primary key (a UUID), with what `rows` selects beside it."""
