"""What the devstack says when it cannot go on."""


class DevstackError(Exception):
    """A reason to stop that the person at the terminal can act on; the message is one plain sentence."""
