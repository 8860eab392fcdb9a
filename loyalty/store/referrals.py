"""Referrals: who referred a member, and the token by which members refer others."""

from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from loyalty.ids import is_id


@dataclass(frozen=True, slots=True)
class Referral:
    """A member (`referee`) who was referred by another; each member has at most one referrer."""

    id: str
    referrer: str
    referee: str
    created_at: datetime


class ReferralReader(Protocol):
    """Reads the referrals of a store."""

    def of(self, referee: str) -> Referral | None:
        """Return the referral of a member."""


class ReferralRepository(ReferralReader, Protocol):
    """The referrals of a store."""

    def add(self, new: Referral) -> None:
        """Store the referrer of a member who has none."""

    def remove(self, referee: str) -> None:
        """Remove the referrer of a member."""


def referral_token(member_id: str) -> str:
    """Return a member's referral token: the id, in 26 letters and digits.

    Members of simulations may have other ids, which are their tokens.
    """
    if not is_id(member_id):
        return member_id
    return b32encode(UUID(member_id).bytes).decode().rstrip("=")


def member_of_token(token: str) -> str | None:
    """Return the id of the member with this token; None if it is not a token of any member."""
    try:
        return str(UUID(bytes=b32decode(token.strip().upper() + "======")))
    except ValueError:
        return None
