"""What became of one try to hand a message to its provider."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of the message after one try, and what it taught about the address.

    state: of Message.State: `sent`, `failed` (for good) or `queued` (to be tried again).
    error: a short code, without address or text. provider_id: what the provider calls the message.
    is_dead: the address itself does not work. is_stopped: the carrier holds a STOP of the person.
    """

    state: str
    error: str = ""
    provider_id: str = ""
    is_dead: bool = False
    is_stopped: bool = False
