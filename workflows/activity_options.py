"""Timeouts and the retry policy of activities."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from activities.errors import never_retried

RETRY_FOREVER = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=sorted(error.__name__ for error in never_retried()),
)
"""Retry without end, for instance until the database is back; fail at once on the errors in NEVER_RETRY."""

STEP_TIMEOUT = timedelta(seconds=10)
"""Timeout of one attempt of one database step."""
