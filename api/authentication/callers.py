"""Who may call the API: administrators and members."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class AdminCaller:
    """An administrator, of every store."""

    id: str
    has_login: bool = True
    """False for an API key."""


@dataclass(frozen=True, slots=True)
class MemberCaller:
    """A member of one store."""

    id: str
    store: str


Caller: TypeAlias = AdminCaller | MemberCaller
