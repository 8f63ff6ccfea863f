"""How django-allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: admins invite members."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail and password do not go together. Check both, or choose a new password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the sign-up page closed."""
        return False
