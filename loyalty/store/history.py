"""What a backtest replays: ranges of members, and the events that were reported for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.frozen import frozen_at_type_check


@dataclass(frozen=True, slots=True)
class MemberRange:
    """The members of a store whose ids lie between two ids, both included."""

    first: str
    last: str


@frozen_at_type_check
class ReplayedEvent:
    """An event as it was reported: `time` is when it happened, `received_at` when it was accepted, both aware UTC.

    The id is a UUID in text, and unique.
    """

    id: str
    member: str
    type: str
    time: datetime
    received_at: datetime
    body: Mapping[str, Any]
