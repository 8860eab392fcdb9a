"""Refusals of merges, as a tree.

MergeRefusal          two members are not merged
├── MergesWithItself  both are one member
└── MergeUnderWay     one of them is to be merged into another one already; `merge_id` is that merge
"""

from loyalty.refusals import Refusal


class MergeRefusal(Refusal):
    """Two members are not merged."""


class MergesWithItself(MergeRefusal):
    """Both are one member."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"both are member {member_id}: name another one, unless they are merged already")
        self.member_id = member_id


class MergeUnderWay(MergeRefusal):
    """A member is to be merged into another one already."""

    def __init__(self, member_id: str, merge_id: str) -> None:
        super().__init__(f"member {member_id} is to be merged by merge {merge_id}: wait until that is done")
        self.member_id = member_id
        self.merge_id = merge_id
