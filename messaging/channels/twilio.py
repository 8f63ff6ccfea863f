"""Text messages by Twilio's Messages resource, and the signature of its webhooks.

Source: Twilio documentation: "Message resource", "Error and warning dictionary", "Webhooks security".
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

import requests
from django.conf import settings
from django.utils.encoding import force_bytes

from messaging.channels.outcome import Outcome
from messaging.channels.sms import Text
from messaging.models import Message

STOPPED_BY_CARRIER = 21610
# The number is none, cannot take texts, or is not reachable from our side: no later try will help.
DEAD_NUMBERS = frozenset({21211, 21214, 21217, 21219, 21401, 21407, 21421, 21614, 60033})
# What Twilio reports after it accepted: unknown destination, a landline, or the carrier says the number is gone.
DEAD_AFTER_ACCEPTING = frozenset({30005, 30006, 30011})
# Our account, sender or permissions: mended in the settings, then sent.
FAULTS_OF_OURS = frozenset(
    {20003, 20005, 20403, 20404, 21212, 21408, 21601, 21603, 21606, 21611, 21659, 21660, 21661, 63038}
)
_TIMEOUTS_S = (5, 15)


class TwilioBackend:
    """Send through the account of TWILIO_ACCOUNT_SID, from the number or messaging service of TWILIO_FROM."""

    def send(self, text: Text) -> Outcome:
        """Post one message. Raises requests.RequestException when nothing was answered in time."""
        sid, token = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN
        answer = requests.post(
            f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{sid}/Messages.json",
            data=_form(text),
            auth=(sid, token),
            timeout=_TIMEOUTS_S,
            allow_redirects=False,
        )
        return _outcome(answer.status_code, _json(answer))


def is_signed(*, signature: str, url: str, fields: Mapping[str, Iterable[str]], token: str) -> bool:
    """Tell whether a webhook was signed with the account's token; False for every signature when there is no token.

    url: the whole public address that was called, with its query. fields: the posted form, each name with its values.
    Source: Twilio, "Validating requests": HMAC-SHA1 of the address followed by each name and its values, sorted.
    """
    if not token:
        return False
    signed = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    mac = hmac.new(token.encode(), force_bytes(signed, errors="surrogatepass"), hashlib.sha1)
    return hmac.compare_digest(base64.b64encode(mac.digest()), signature.encode("ascii", "replace"))


def _form(text: Text) -> dict[str, str]:
    sender = settings.TWILIO_FROM
    form = {"To": text.to, "Body": text.body}
    form["MessagingServiceSid" if sender.startswith("MG") else "From"] = sender
    if text.callback:
        form["StatusCallback"] = text.callback
    return form


def _outcome(status: int, body: Mapping[str, object]) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Message.State.SENT, provider_id=str(body.get("sid") or ""))
    code = body.get("code")
    number = code if isinstance(code, int) else 0
    error = f"Twilio {number or status}"
    if number == STOPPED_BY_CARRIER:
        return Outcome(Message.State.DROPPED, error, is_stopped=True)
    if status == 429 or status >= 500 or status in (401, 403, 404, 408) or 300 <= status < 400:
        return Outcome(Message.State.QUEUED, error)
    if number in FAULTS_OF_OURS:
        return Outcome(Message.State.QUEUED, error)
    return Outcome(Message.State.FAILED, error, is_dead=number in DEAD_NUMBERS)


def _json(answer: requests.Response) -> Mapping[str, object]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
