"""When a webhook is sent again, and when no more: one table for every endpoint."""

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
"""How long after each failed attempt the next one is; after the last of them there is none."""

LONGEST_WAIT = timedelta(days=1)
"""No `Retry-After` holds a delivery longer than this."""

PATIENCE = timedelta(days=5)
"""An endpoint that answered nothing with success for so long is disabled."""

_JITTER = 0.1  # up to a tenth longer, so that what failed together does not come back together
_GONE = 410


def next_attempt(attempt: int, *, retry_after: timedelta | None, luck: float) -> timedelta | None:
    """How long to wait after the attempt of this number (the first is 1) failed; None: it was the last.

    `luck` is a `random()`, from 0 to 1. What the far side asks for lengthens the wait, and never shortens it.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not from {attempt}")
    if attempt > len(WAITS):
        return None
    asked = max(WAITS[attempt - 1], retry_after or timedelta(0))
    return min(LONGEST_WAIT, min(asked, LONGEST_WAIT) * (1 + _JITTER * luck))


def read_retry_after(text: str | None, *, now: datetime) -> timedelta | None:
    """What a `Retry-After` header asks for, in seconds or as an HTTP date; None if it is unreadable."""
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
        return None  # the table says when


def is_success(status: int) -> bool:
    """Whether an answer says that the webhook was taken: 2xx and nothing else, no redirect either."""
    return 200 <= status < 300


def is_gone(status: int) -> bool:
    """Whether an answer says that nobody wants this webhook any more: its subscription is disabled."""
    return status == _GONE


def is_dead(failing_since: datetime | None, *, now: datetime) -> bool:
    """Whether an endpoint whose failures began then, with no success since, is to be disabled."""
    return failing_since is not None and now - failing_since >= PATIENCE
