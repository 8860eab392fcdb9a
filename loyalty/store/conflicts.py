"""Conflicts between concurrent transactions."""

from loyalty.refusals import Refusal


class ConcurrentInsert(Exception):
    """A row exists that did not when this transaction looked: on retry, the transaction finds it.

    `refusal` is raised instead if a retry does not help; None: the conflict stays an error.
    """

    def __init__(self, what: str, *, refusal: Refusal | None = None) -> None:
        super().__init__(f"another transaction inserted the same {what}: run this one again")
        self.refusal = refusal


class ConcurrentMerge(ConcurrentInsert):
    """A member was merged into another one meanwhile: on retry, the transaction finds the survivor."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"merge of member {member_id}")
