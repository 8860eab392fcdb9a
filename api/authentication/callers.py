"""Who may call the API: administrators, by themselves or by their API keys, and members."""

from dataclasses import dataclass
from typing import TypeAlias

from access import Rights


@dataclass(frozen=True, slots=True)
class AdminCaller:
    """An administrator, or an API key of one, and what the caller may do."""

    id: str
    username: str
    rights: Rights
    key: str | None = None
    """The id of the API key; None for an administrator who has logged in."""

    session: str | None = None
    """The id of the session; None for an API key."""
    rate_limit: int | None = None
    """Requests a minute that an API key may make; None: without a limit."""

    @property
    def has_login(self) -> bool:
        """Whether this is an administrator who has logged in."""
        return self.key is None


@dataclass(frozen=True, slots=True)
class MemberCaller:
    """A member of one store."""

    id: str
    store: str


Caller: TypeAlias = AdminCaller | MemberCaller
