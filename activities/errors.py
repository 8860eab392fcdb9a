"""Errors of activities, and the table of errors that are never retried.

* `ActivityFailure`
  + `UnknownDelivery`
"""

from database.programs import UnknownRevision, UnknownStore
from loyalty.events.context import UnknownEvent
from program_files import ProgramFaults
from rules import MalformedJson, RuleError, TooMuchWork


class ActivityFailure(Exception):
    """An activity cannot do its work, now or later."""


class UnknownDelivery(ActivityFailure):
    """A delivery that is not in the database."""

    def __init__(self, store: str, delivery_id: str) -> None:
        super().__init__(f"delivery {delivery_id} is not in store {store}")


NEVER_RETRY: frozenset[type[Exception]] = frozenset(
    {
        ActivityFailure,
        UnknownDelivery,
        UnknownEvent,
        UnknownStore,
        UnknownRevision,
        ProgramFaults,
        RuleError,
        TooMuchWork,
        MalformedJson,
    }
)
"""Errors that a retry would meet again. All others are retried: they pass, as a lost connection does.

Temporal compares the name of the class alone, so a subclass needs its own row.
"""
