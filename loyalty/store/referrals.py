"""Referrals: who brought whom, and the token by which members bring others."""

from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from loyalty.ids import is_id


@dataclass(frozen=True, slots=True)
class Referral:
    """A member (`referee`) who was brought by another; each is brought by one at most."""

    id: str
    referrer: str
    referee: str
    created_at: datetime


class ReferralReader(Protocol):
    """Reads the referrals of a store."""

    def of(self, referee: str) -> Referral | None:
        """Return who brought a member."""


class ReferralRepository(ReferralReader, Protocol):
    """The referrals of a store."""

    def add(self, new: Referral) -> None:
        """Store who brought a member, whom nobody has brought."""

    def remove(self, referee: str) -> None:
        """Forget who brought a member."""


def referral_token(member_id: str) -> str:
    """Return the token by which a member brings others: the id, in 26 letters and digits.

    Members of simulations may have other ids, which are their tokens.
    """
    if not is_id(member_id):
        return member_id
    return b32encode(UUID(member_id).bytes).decode().rstrip("=")


def member_of_token(token: str) -> str | None:
    """Return the id of the member whose token this is; None if it can be nobody's."""
    try:
        return str(UUID(bytes=b32decode(token.strip().upper() + "======")))
    except ValueError:
        return None
