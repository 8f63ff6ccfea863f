"""The safety reviewer of the demo: reads what came in, forwards what may be an event, and leaves today's texts."""

from datetime import datetime, timedelta
from random import Random

from caseloop.models import CaseText
from desk.demo.cast import Stage
from patients.models import Patient
from safety.models import Item
from safety.services import Forwarding, judge_not_event, judge_possible, take_case_text, take_verbatim
from surveys.models import Verbatim
from tenants.models import Member

LEFT_UNREAD = timedelta(hours=20)


def judge_texts(stage: Stage, patient: Patient, *, now: datetime, dice: Random) -> None:
    """Take in every text about a patient, and judge those that came more than LEFT_UNREAD ago."""
    for pk, received in Verbatim.objects.filter(response__patient=patient).values_list("pk", "received_at"):
        take_verbatim(verbatim_id=pk, now=received)
    for pk, received in CaseText.objects.filter(event__case__patient=patient).values_list("pk", "received_at"):
        take_case_text(text_id=pk, now=received)
    for item in Item.objects.filter(patient=patient, received_at__lt=now - LEFT_UNREAD):
        _judge(item, by=stage.reviewers[0], dice=dice)


def _judge(item: Item, *, by: Member, dice: Random) -> None:
    read = item.received_at + timedelta(hours=dice.uniform(0.5, 18))
    if item.rank == 0:
        judge_not_event(item_id=item.pk, reason=Item.NotEvent.SERVICE, by=by, version=item.version, now=read)
        return
    number = f"SR-{dice.randrange(10**5):05}"
    judge_possible(
        item_id=item.pk,
        special=[],
        elements=[Item.Element.PATIENT, Item.Element.PRODUCT, Item.Element.EVENT],
        by=by,
        version=item.version,
        now=read,
        forwarding=Forwarding(at=read, way=Item.Way.PORTAL, number=number),
    )
