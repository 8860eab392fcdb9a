"""The message of a failed activity, without Temporal's wrappers."""

from temporalio.exceptions import ActivityError, ApplicationError


def message_of(failure: ActivityError | ApplicationError) -> str:
    """Return the message of the error that an activity raised, or of what ended it, such as a timeout."""
    cause = failure.cause if isinstance(failure, ActivityError) else failure
    return cause.message if isinstance(cause, ApplicationError) else str(cause or failure)
