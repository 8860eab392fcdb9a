"""Referrals: responses."""

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, Total, UnreadableItem


class ReferralDetails(TypedDict):
    """A member (the referee) who was referred by another (the referrer)."""

    referralId: Id
    referrerId: Id
    referrerName: str
    referrerToken: str
    refereeId: Id
    refereeName: str
    createdAt: Instant


class Referrals(TypedDict):
    """A page of referrals."""

    items: list[ReferralDetails | UnreadableItem]
    total: Total
