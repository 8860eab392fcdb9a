"""Retries of activities: without end for transient errors, and a few times for all others."""

from typing import Any

from temporalio import activity
from temporalio.service import RPCError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.errors import NEVER_RETRY, RepeatedFailure
from database.errors import is_transient
from database.secret_keys import SecretKeyError

MOST_ATTEMPTS = 8
"""The most attempts at an activity that fails with an error of unknown kind.

The pauses begin at 200 ms and double each time, so that all attempts take about 25 seconds.
"""


def passes_by_itself(error: BaseException) -> bool:
    """Return whether an error is transient, so that the activity may succeed later without a change.

    So it is if the database, Temporal, the network or the disk is unavailable, or something took too long; and while a
    key of the secrets is missing, since that must not lose what is to be sent.
    """
    return is_transient(error) or isinstance(error, RPCError | OSError | TimeoutError | SecretKeyError)


def is_given_up(error: Exception, attempt: int) -> bool:
    """Return whether an activity is not to be retried after an attempt that raised an error."""
    if isinstance(error, NEVER_RETRY):
        return True
    return attempt >= MOST_ATTEMPTS and not passes_by_itself(error)


class BoundedRetries(Interceptor):
    """Ends the retries of an activity after MOST_ATTEMPTS, unless its error is transient."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - as the SDK calls it
        """Return an interceptor that runs an activity within the bound."""
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
