"""Placeholders for unreadable values: the row can be read, and using the value raises."""

from datetime import datetime
from typing import Any, NoReturn

from database.errors import UnreadableValue

MAX_SHOWN = 40
"""The most characters of a damaged value that are shown."""


class DamagedInstant:
    """Replaces an instant that cannot be read. `reason` says why; any other use raises."""

    __slots__ = ("reason", "stored")

    def __init__(self, stored: Any) -> None:
        self.stored = stored
        self.reason = f"{str(stored)[:MAX_SHOWN]!r} is not a date and time"

    def __repr__(self) -> str:
        return f"<{self.reason}>"

    def _refuse(self, *_: object) -> NoReturn:
        raise UnreadableValue(self.reason)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse  # there is no answer
    __add__ = __radd__ = __sub__ = __rsub__ = __hash__ = __bool__ = __str__ = __format__ = _refuse


def readable(instant: datetime | None) -> datetime | None:
    """Return an instant; None if it cannot be read."""
    return None if isinstance(instant, DamagedInstant) else instant
