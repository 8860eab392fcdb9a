"""The retry schedule of webhooks: one table for every endpoint."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""The wait after each failed attempt; after the last one there is no further attempt."""

LONGEST_WAIT = timedelta(days=1)
"""The longest wait that a `Retry-After` header can ask for."""

PATIENCE = timedelta(days=5)
"""How long an endpoint may fail without a success before it is disabled."""

_JITTER = 0.1  # up to a tenth longer, so that failures of one moment do not retry together
_GONE = 410


def next_attempt(attempt: int, *, retry_after: timedelta | None, luck: float) -> timedelta | None:
    """Return how long to wait after attempt number `attempt` (from 1) failed; None: it was the last.

    `luck` is a random number from 0 to 1, for the jitter. `retry_after` only lengthens the wait.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not from {attempt}")
    if attempt > len(WAITS):
        return None
    asked = max(WAITS[attempt - 1], retry_after or timedelta(0))
    return min(LONGEST_WAIT, min(asked, LONGEST_WAIT) * (1 + _JITTER * luck))


def read_retry_after(text: str | None, *, now: datetime) -> timedelta | None:
    """Parse a `Retry-After` header, in seconds or as an HTTP date; return None if it is unreadable."""
    if text is None:
        return None
    if re.fullmatch(r"\s*[0-9]+\s*", text):
        digits = text.strip().lstrip("0") or "0"
        return LONGEST_WAIT if len(digits) > len("99999") else min(LONGEST_WAIT, timedelta(seconds=int(digits)))
    try:
        moment = parsedate_to_datetime(text[:60])
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return min(LONGEST_WAIT, max(timedelta(0), moment - now))
    except (ValueError, OverflowError):
        return None  # the schedule decides


def is_success(status: int) -> bool:
    """Return whether a status means success: 2xx alone, redirects not included."""
    return 200 <= status < 300


def is_gone(status: int) -> bool:
    """Return whether a status (410 Gone) disables the subscription."""
    return status == _GONE


def is_dead(failing_since: datetime | None, *, now: datetime) -> bool:
    """Return whether an endpoint that has failed since a moment, without a success, is to be disabled."""
    return failing_since is not None and now - failing_since >= PATIENCE
