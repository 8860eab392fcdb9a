"""Refusals of merges, as a tree.

MergeRefusal          two members are not merged
├── MergesWithItself  both members are the same one
├── MergesWithTest    one of them is a member for tests, the other is not
└── MergeUnderWay     one of them is waiting to be merged already; `merge_id` is that merge
"""

from loyalty.refusals import Refusal


class MergeRefusal(Refusal):
    """Two members are not merged."""


class MergesWithItself(MergeRefusal):
    """Both members are the same one."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"both are member {member_id}: name another one, unless they are merged already")
        self.member_id = member_id


class MergeUnderWay(MergeRefusal):
    """A member is waiting to be merged into another one already."""

    def __init__(self, member_id: str, merge_id: str) -> None:
        super().__init__(f"member {member_id} is to be merged by merge {merge_id}: wait until that is done")
        self.member_id = member_id
        self.merge_id = merge_id


class MergesWithTest(MergeRefusal):
    """One of the members is one for tests, the other is not."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"member {member_id} is a test member, and the other is not: mark both alike first")
        self.member_id = member_id
