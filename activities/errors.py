"""Errors of activities, and the table of errors that are never retried.

* `ActivityFailure`
  + `RepeatedFailure`
  + `UnknownResend`
  + `UnprocessableEvent`
"""

from database.errors import UnreadableValue
from database.programs import UnknownRevision, UnknownStore
from database.secret_keys import SecretChanged
from loyalty.achievements import refusals as _of_achievements  # noqa: F401 - the table has what is imported
from loyalty.campaigns import refusals as _of_campaigns  # noqa: F401 - as below
from loyalty.corrections import refusals as _of_corrections  # noqa: F401 - as below
from loyalty.engine.due_items import UnknownDueKind
from loyalty.events.context import UnknownEvent
from loyalty.events.decision_size import DecisionTooLarge
from loyalty.merging import refusals as _of_merging  # noqa: F401 - as below
from loyalty.points import refusals as _of_points  # noqa: F401 - the table has the subclasses that are imported
from loyalty.refusals import Refusal
from loyalty.rewards import refusals as _of_rewards  # noqa: F401 - as above
from loyalty.tiers import refusals as _of_tiers  # noqa: F401 - as above
from loyalty.transactions import refusals as _of_transactions  # noqa: F401 - as above
from program_files import ProgramFaults
from rules import RuleError


class ActivityFailure(Exception):
    """An activity cannot succeed, now or later."""


class UnknownResend(ActivityFailure):
    """The database has no resend job of this id."""

    def __init__(self, store: str, resend_id: str) -> None:
        super().__init__(f"job {resend_id} is not in store {store}")


class UnprocessableEvent(ActivityFailure):
    """A step of an event raised a permanent error.

    The message names its class: it is kept in histories.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__} was raised; the worker's log says where")


class RepeatedFailure(ActivityFailure):
    """An activity raised an error at every attempt that is not known to be transient.

    The message names its class, too.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__} was raised at every attempt; the worker's log says where")


NEVER_RETRY: tuple[type[Exception], ...] = (
    ActivityFailure,
    Refusal,
    UnknownEvent,
    UnknownDueKind,
    UnknownStore,
    UnknownRevision,
    ProgramFaults,
    RuleError,
    SecretChanged,
    UnreadableValue,
    DecisionTooLarge,
)
"""Permanent errors, with their subclasses.

All others are retried: transient ones, such as a lost connection, without end, and unknown ones a few times; see
`activities.retries`.
"""


def never_retried() -> set[type[Exception]]:
    """Return the classes of NEVER_RETRY and their subclasses: Temporal compares the name of a class, not its bases."""
    found: set[type[Exception]] = set()
    waiting = list(NEVER_RETRY)
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting += error.__subclasses__()
    return found
