"""Who migrates: the owner, never the application role."""

from typing import Any


class OwnerMigrates:
    """Send migrations to the `owner` alias; reads and writes go where the caller says (`default`)."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        """Allow schema changes through the owner's connection alone."""
        return db == "owner"
