"""The bare task: one e-mail."""

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage


@shared_task(queue="mail")
def send_bare(*, mark: str) -> None:
    """Hand one e-mail to the mail server, with `mark` in its Message-ID."""
    EmailMessage(
        subject="Follow-up needed",
        body="Follow-up needed",
        from_email=settings.STAFF_SENDER,
        to=["agent@acme.example"],
        headers={"Message-ID": f"<{mark}@bare>"},
    ).send()
