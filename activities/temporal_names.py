"""Names under which Temporal knows the queue and the clock of a store. Running workflows use them: never change one."""

TASK_QUEUE = "laurel"

STORE_CLOCK = "StoreClock"
"""The type of the workflow that wakes when an item of its store is due."""

LOOK_AGAIN = "look_again"
"""The signal that makes a clock read its store's next due time again."""


def clock_id(store: str) -> str:
    """The workflow id of a store's clock."""
    return f"clock/{store}"
