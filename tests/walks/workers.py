"""The workers of the walks: every sweep that beat would start, called with no tenant bound."""

from alerts.tasks import sweep_notices, sweep_revisions, sweep_undelivered
from caseloop.tasks import sweep_leavers, sweep_quiet_cases
from messaging.tasks import sweep_messages
from safety.tasks import sweep_case_texts, sweep_inbound, sweep_pages, sweep_patient_events, sweep_verbatims
from surveys.tasks import sweep_invitations, sweep_touchpoints, sweep_unreached

SWEEPS = (
    sweep_touchpoints,
    sweep_invitations,
    sweep_revisions,
    sweep_verbatims,
    sweep_case_texts,
    sweep_inbound,
    sweep_patient_events,
    sweep_leavers,
    sweep_notices,
    sweep_undelivered,
    sweep_pages,
    sweep_quiet_cases,
    sweep_messages,
    sweep_unreached,
)


def work() -> None:
    """Let the workers do all that is due now."""
    for sweep in SWEEPS:
        sweep()
