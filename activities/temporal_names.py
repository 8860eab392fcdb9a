"""Names that Temporal keeps in histories, where they differ from those in the code or several modules need them.

Running workflows use these names: never change one.
"""

TASK_QUEUE = "laurel"

STORE_CLOCK = "StoreClock"
"""The type of the workflow that wakes when an item of its store is due."""

RUN_DUE_ITEMS = "ring"
"""The type of the activity that runs a page of due items."""

LOOK_AGAIN = "look_again"
"""The signal that makes a clock read its store's next due time again."""

PROCEED = "proceed"
"""The signal that makes a workflow check again whether it is its event's turn."""


RETENTION = "Retention"
"""The type of the workflow that removes the details of a store's old events."""


ERASE_MEMBER = "EraseMember"
"""The type of the workflow that anonymises a member."""


MERGE_MEMBERS = "MergeMembers"
"""The type of the workflow that merges one member into another."""


def erasure_id(store: str, member: str) -> str:
    """Return the workflow id for anonymising a member."""
    return f"erase/{store}/{member}"


def retention_id(store: str) -> str:
    """Return the workflow id of a store's retention."""
    return f"retention/{store}"


def clock_id(store: str) -> str:
    """Return the workflow id of a store's clock."""
    return f"clock/{store}"
