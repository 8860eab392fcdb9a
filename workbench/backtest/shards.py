"""Partitions of a backtest for several processes: each has members of its own."""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from loyalty.store.history import MemberRange


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts of the members in a file; `index` counts from 0."""

    index: int = 0
    count: int = 1

    def has(self, member: str) -> bool:
        """Return whether a member belongs to this shard: to exactly one, the same in every process."""
        return self.count == 1 or self.index_of(member, self.count) == self.index

    @staticmethod
    def index_of(member: str, count: int) -> int:
        """Return the index of the shard that a member belongs to."""
        return zlib.crc32(member.encode()) % count


Partition: TypeAlias = MemberRange | Shard | Path
"""A path is that of a file that holds the events of one shard."""
