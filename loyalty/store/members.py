"""What is known of a member when an event of theirs is decided."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, NamedTuple

from loyalty.program.effects import Points
from rules.frozen import frozen

NOTHING = Points(0)


class Balance(NamedTuple):
    """A member's points in one wallet, in its smallest unit."""

    active: Points = NOTHING
    pending: Points = NOTHING
    earned: Points = NOTHING
    spent: Points = NOTHING
    expired: Points = NOTHING


NO_POINTS = Balance()
"""Of a wallet that was never used."""


@frozen
class Member:
    """A member of a store. `profile` holds what only people read: names, address, agreements."""

    id: str
    registered_at: datetime
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    tier: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    badges: tuple[str, ...] = ()
    tier_base: Points = NOTHING
    """What they had earned in the default wallet when their tier was last reviewed."""
    tier_until: datetime | None = None
    """When their tier is reviewed; None: not at all."""


@frozen
class Event:
    """Something that happened, reported or built in. `time` is when, aware UTC."""

    id: str
    type: str
    member: str
    time: datetime
    body: Mapping[str, Any]
    depth: int = 0
    """How many events caused one another before it."""
