"""What `manage.py check --deploy` asks of the environment beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

SECRETS = ("SECRET_KEY", "LINK_KEY", "FINGERPRINT_KEY")


def secrets_are_set(**_: Any) -> list[CheckMessage]:
    """Refuse the stand-ins that serve commands without secrets: everybody knows them."""
    bare = [name for name in SECRETS if getattr(settings, name) == settings.STAND_IN_SECRET]
    if settings.STAND_IN_VAULT_KEY in settings.VAULT_KEYS:
        bare.append("VAULT_KEYS")
    hint = "Set it in the environment to a secret of your own."
    return [Error(f"{name} is not set.", hint=hint, id="cxplatform.E001") for name in bare]
