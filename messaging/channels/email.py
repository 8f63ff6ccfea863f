"""Handing an e-mail to Django's mail backend, and what its answer means."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection

from messaging.channels.outcome import Outcome
from messaging.models import Message

# Refusals of how we speak or sign in (RFC 5321, RFC 4954), not of the message: mended in the settings, then sent.
_FAULTS_OF_OURS = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
# No such mailbox, not here, name not allowed, host takes no mail (RFC 5321, RFC 7504): the address does not work.
_NO_MAILBOX = frozenset({550, 551, 553, 556})
_POLICY = b"5.7."  # the enhanced code of a refusal by policy (RFC 3463): says nothing of the mailbox


def send(email: EmailMultiAlternatives) -> Outcome:  # noqa: PLR0911 (one for each kind of answer)
    """Try to hand over one e-mail; never raises."""
    try:
        if get_connection().send_messages([email]) == 0:
            return Outcome(Message.State.QUEUED, "not accepted")
    except SMTPRecipientsRefused as error:
        answers = list(error.recipients.values())
        codes = [code for code, _ in answers]
        refused, said = _after_refusal(codes), f"recipient refused {codes[:1]}"
        return Outcome(refused, said, is_dead=refused == Message.State.FAILED and all(map(_is_dead, answers)))
    except (AnymailRecipientsRefused, AnymailInvalidAddress) as error:
        return Outcome(Message.State.FAILED, type(error).__name__, is_dead=isinstance(error, AnymailInvalidAddress))
    except SMTPDataError as error:
        return Outcome(_after_refusal([error.smtp_code]), f"text refused [{error.smtp_code}]")
    except SMTPResponseException as error:  # at connect, at sign-in, of our own address: nobody's mail would pass
        return Outcome(Message.State.QUEUED, f"{type(error).__name__} {error.smtp_code}")
    except Exception as error:  # whatever a provider's client raises: the row stays due, and the fault is shown
        return Outcome(Message.State.QUEUED, type(error).__name__)
    return Outcome(Message.State.SENT, provider_id=_provider_id(email))


def _after_refusal(codes: list[int]) -> str:
    is_final = bool(codes) and all(500 <= code < 600 and code not in _FAULTS_OF_OURS for code in codes)
    return Message.State.FAILED if is_final else Message.State.QUEUED


def _is_dead(answer: tuple[int, bytes | str]) -> bool:
    code, said = answer
    text = said if isinstance(said, bytes) else said.encode()
    return code in _NO_MAILBOX and _POLICY not in text[:12]


def _provider_id(email: EmailMultiAlternatives) -> str:
    """Return the id that the provider's webhooks will name: its own where it gave one, else our Message-ID."""
    given = getattr(getattr(email, "anymail_status", None), "message_id", None)
    own = email.extra_headers.get("Message-ID", "")
    return str(given if isinstance(given, str) and given else own).strip("<>")
