"""What goes wrong in activities, and what of it is never tried again.

* `ActivityFailure`
  + `UnknownDelivery`

Beside them stands what the core, the database and the rules raise: the other names below.
"""


class ActivityFailure(Exception):
    """An activity cannot do its work, now or later."""


class UnknownDelivery(ActivityFailure):
    """A delivery that is not in the database."""

    def __init__(self, store: str, delivery_id: str) -> None:
        super().__init__(f"delivery {delivery_id} is not in store {store}")


NEVER_RETRY = ("UnknownEvent", "UnknownDelivery", "UnknownStore", "ProgramFaults", "RuleError", "TooMuchWork")
"""Names of errors that the same call would meet again; everything else passes, as a lost connection does."""
