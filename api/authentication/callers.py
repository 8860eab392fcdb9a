"""The callers of the API: administrators, by themselves or by their API keys, and members."""

from dataclasses import dataclass
from typing import TypeAlias

from access import Rights


@dataclass(frozen=True, slots=True)
class AdminCaller:
    """An administrator, or an API key of one, and the caller's rights."""

    id: str
    username: str
    rights: Rights
    key: str | None = None
    """The id of the API key; None for an administrator with a login."""

    session: str | None = None
    """The id of the session; None for an API key."""
    rate_limit: int | None = None
    """Requests per minute of an API key; None: unlimited."""

    @property
    def has_login(self) -> bool:
        """Whether this is an administrator with a login."""
        return self.key is None


@dataclass(frozen=True, slots=True)
class MemberCaller:
    """A member of one store."""

    id: str
    store: str


Caller: TypeAlias = AdminCaller | MemberCaller
