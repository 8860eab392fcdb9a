"""What ops see of workflows in the Temporal UI, and how patient activities are."""

from datetime import timedelta

from temporalio.common import RetryPolicy, SearchAttributeKey

from activities.errors import NEVER_RETRY

STORE = SearchAttributeKey.for_keyword("LaurelStore")
EVENT_TYPE = SearchAttributeKey.for_keyword("LaurelEventType")
MEMBER = SearchAttributeKey.for_keyword("LaurelMember")
OUTCOME = SearchAttributeKey.for_keyword("LaurelOutcome")

SEARCH_ATTRIBUTES = (STORE, EVENT_TYPE, MEMBER, OUTCOME)

FOR_EVER = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=list(NEVER_RETRY),
)
"""Until the database is back: nothing that was accepted is given up."""

STEP_TIMEOUT = timedelta(seconds=10)
"""For one try of one database step."""
