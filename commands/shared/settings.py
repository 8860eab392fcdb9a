"""What the environment says: each variable read in one place, wrong values with their cure."""

import os
from dataclasses import dataclass
from pathlib import Path

from commands.shared.errors import CannotDo
from loyalty.webhooks.addresses import Network, parse_allow_list

DATABASE_URL = "LAUREL_DATABASE_URL"
ADMIN_PASSWORD = "LAUREL_ADMIN_PASSWORD"  # noqa: S105 - the name of the variable
WEBHOOK_ALLOW = "LAUREL_WEBHOOK_ALLOW"
TEMPORAL_UI = "LAUREL_TEMPORAL_UI"

EXAMPLE_PROGRAM = Path(__file__).parents[2] / "programs" / "coffee-shop"
"""The program of a store that has none yet."""


class SettingError(CannotDo, ValueError):
    """A setting that is missing or makes no sense; the message says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """The environment, read."""

    database_url: str | None
    admin_password: str | None
    webhook_allow: tuple[Network, ...]
    temporal_ui: str | None

    @classmethod
    def read(cls) -> "Settings":
        """Read the environment; raise SettingError."""
        try:
            allow = parse_allow_list(os.environ.get(WEBHOOK_ALLOW, ""))
        except ValueError as error:
            raise SettingError(str(error)) from None
        return cls(
            database_url=os.environ.get(DATABASE_URL) or None,
            admin_password=os.environ.get(ADMIN_PASSWORD) or None,
            webhook_allow=allow,
            temporal_ui=os.environ.get(TEMPORAL_UI) or None,
        )

    def needed_database_url(self) -> str:
        """The database that separate processes share."""
        if self.database_url is None:
            raise SettingError(f"{DATABASE_URL} is not set: name the database, as in postgresql://laurel@host/laurel")
        return self.database_url
