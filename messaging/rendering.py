"""Staff messages as e-mail: one neutral form for all of them, filled from an allow-list."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from messaging.models import GoLink, Message
from messaging.safety_link import verification_url
from tenants.models import User


def compose(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail of a message, multipart, with its own Message-ID; the same one for every try.

    Says the identifier and the link and, only where the organization chose so, the due time. Nothing else about the
    patient, the organization, the program or the severity is in subject, body or headers.
    """
    Message.check_fields(message.template, message.fields)
    context = _CONTEXTS[Message.Template(message.template)](message)
    subject = render_to_string(f"messaging/{message.template}.subject.txt", context).strip()
    email = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"messaging/{message.template}.txt", context),
        from_email=settings.STAFF_SENDER,
        to=[message.fields["address"] if message.member is None else message.member.user.email],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    email.attach_alternative(render_to_string(f"messaging/{message.template}.html", context), "text/html")
    return email


def message_id(message: Message) -> str:
    """Return the Message-ID of a message: random, the same for every try, without any name of the tenant."""
    domain = settings.STAFF_SENDER.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{message.pk}@{domain}>"


def _follow_up(message: Message) -> dict[str, object]:
    assert message.member is not None
    fields = message.fields
    zone = ZoneInfo(message.member.user.time_zone)
    due = datetime.fromisoformat(fields["due_at"]).astimezone(zone) if fields.get("due_at") else None
    return {
        "pseudonym": fields["pseudonym"],
        "url": GoLink.objects.get(pk=fields["go_link_id"]).url,
        "due": f"{due:%A} {due.day} {due:%B}, {due:%H:%M} {due.tzname()}" if due else "",
    }


def _welcome(message: Message) -> dict[str, object]:
    assert message.member is not None
    user: User = message.member.user
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("desk:welcome", args=[uid, default_token_generator.make_token(user)])
    return {"url": f"{settings.BASE_URL}{path}", "has_password": user.has_usable_password()}


def _verify_safety(message: Message) -> dict[str, object]:
    return {"url": verification_url(message), "address": message.fields["address"]}


_CONTEXTS = {
    Message.Template.FOLLOW_UP: _follow_up,
    Message.Template.WELCOME: _welcome,
    Message.Template.VERIFY_SAFETY: _verify_safety,
}
