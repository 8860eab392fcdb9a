"""What a backtest is cut into, so that several processes share it: every part has its own members."""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from loyalty.store.history import MemberRange


@dataclass(frozen=True, slots=True)
class Share:
    """One of so many shares of the members that a file names; numbers count from 0."""

    number: int = 0
    of: int = 1

    def has(self, member: str) -> bool:
        """Whether a member is in it: in one share alone, the same in every process."""
        return self.of == 1 or self.number_of(member, self.of) == self.number

    @staticmethod
    def number_of(member: str, shares: int) -> int:
        """The number of the share that a member is in."""
        return zlib.crc32(member.encode()) % shares


Part: TypeAlias = MemberRange | Share | Path
"""A path is that of a file to which a share was written."""
