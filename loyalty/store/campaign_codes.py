"""Redemption codes of reactors, and their repository. Codes are in upper case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


class NewCampaignCode(NamedTuple):
    """A code to store; `created_by` is its creator."""

    id: str
    reactor: str
    code: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class CampaignCode:
    """A code of a reactor. `used` counts its uses; `member` and `used_at` are of the last one."""

    id: str
    reactor: str
    code: str
    created_at: datetime
    created_by: str
    used: int
    used_at: datetime | None
    member: str | None


class CampaignCodeReader(Protocol):
    """Reads the redemption codes of one store."""

    def known(self, reactor: str, codes: Sequence[str]) -> Sequence[str]:
        """Return the texts among these that are codes of a reactor, in order."""


class CampaignCodeRepository(CampaignCodeReader, Protocol):
    """The redemption codes of one store."""

    def lock_and_count(self, reactor: str, code: str) -> int | None:
        """Lock a code until the transaction ends; return how often it was used. None: the reactor has no such code."""

    def use(self, reactor: str, code: str, *, member_id: str, now: datetime) -> None:
        """Count a use of a code, which is locked."""

    def give_back(self, reactor: str, code: str) -> None:
        """Undo a use of a code, which is locked; without uses left, the code has no member."""

    def add(self, codes: Sequence[NewCampaignCode]) -> int:
        """Store new codes and skip existing ones; return how many were stored."""
