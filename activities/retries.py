"""Retries of activities: without end for errors that pass by themselves, and a few times for all others."""

from typing import Any

from temporalio import activity
from temporalio.service import RPCError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.errors import NEVER_RETRY, RepeatedFailure
from database.errors import is_transient
from database.secret_keys import SecretKeyError

MOST_ATTEMPTS = 8
"""Attempts at an activity that fails with an error of which nothing says that it passes; their pauses are 200 ms at
first and double each time, so that they take about 25 seconds."""


def passes_by_itself(error: BaseException) -> bool:
    """Return whether an activity that raised this may succeed later, although nothing is changed.

    So it is if the database, Temporal, the network or the disk is away, or something took too long; and while a key of
    the secrets is missing, as what is sent must not be lost by that.
    """
    return is_transient(error) or isinstance(error, RPCError | OSError | TimeoutError | SecretKeyError)


def is_given_up(error: Exception, attempt: int) -> bool:
    """Return whether an activity whose attempt raised an error is not to be tried again."""
    if isinstance(error, NEVER_RETRY):
        return True
    return attempt >= MOST_ATTEMPTS and not passes_by_itself(error)


class BoundedRetries(Interceptor):
    """Ends the retries of an activity after MOST_ATTEMPTS, unless its error passes by itself."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - as the SDK calls it
        """Return what runs an activity within the bound."""
        return _Bounded(next)


class _Bounded(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - as the SDK calls it
        try:
            return await super().execute_activity(input)
        except NEVER_RETRY:
            raise
        except Exception as error:
            if not is_given_up(error, activity.info().attempt):
                raise
            raise RepeatedFailure(error) from error
