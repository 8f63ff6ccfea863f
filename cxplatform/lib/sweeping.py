"""Sweeps: the certain half of background work, which finds what no nudge announced."""

from collections.abc import Callable
from uuid import UUID

import structlog

from cxplatform.lib.tenancy import call_definer

log = structlog.get_logger(__name__)
BATCH = 500
DONE_AT_MOST = 5000
_FIRST = UUID(int=0)


def sweep(definer: str, work: Callable[[UUID, UUID], object]) -> int:
    """Do the work of the pending rows that a definer function names, oldest first; return how many were done.

    definer: takes (p_after uuid, p_limit integer) and returns rows with greater ids, in their order.
    work: called with (organization_id, id); opens a transaction of its own, and does nothing for a row done meanwhile.
    A row that fails is logged, stays pending, and stops no other: the sweep goes on behind it. At most DONE_AT_MOST
    are done at once, so that sweeps of other kinds get their turn.
    """
    done, after = 0, _FIRST
    while done < DONE_AT_MOST:
        rows = call_definer(definer, after, BATCH)
        for organization_id, row_id in rows:
            done += _is_done(definer, work, organization_id, row_id)
        if len(rows) < BATCH:
            break
        after = rows[-1][1]
    return done


def _is_done(definer: str, work: Callable[[UUID, UUID], object], organization_id: UUID, row_id: UUID) -> bool:
    try:
        work(organization_id, row_id)
    except Exception:  # whatever the row does to its work; `reconcile` names what stays
        log.exception("sweep.failed", source=definer, id=str(row_id))
        return False
    return True
