"""Operations on referrals: which member referred another."""

from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.refusals import AlreadyReferred, NotReferred, ReferralLoop, UnknownReferrer
from loyalty.store.members import Identity
from loyalty.store.referrals import Referral, member_of_token


def set_referral(operation: OperationContext, referee: str, referrer: str) -> None:
    """Store that a member was referred by another, and report it to the referred member.

    Raise UnknownReferrer, ReferralLoop, AlreadyReferred or MemberInactive.
    """
    if not operation.tx.members.identities_matching(Identity(id=referrer)):
        raise UnknownReferrer
    operation.lock_members(referee, referrer)
    operation.require_active(referrer)
    brought = operation.tx.referrals.of(referrer)
    if referee == referrer or (brought is not None and brought.referrer == referee):
        raise ReferralLoop
    known = operation.tx.referrals.of(referee)
    if known is not None:
        raise AlreadyReferred(known.referrer)
    operation.tx.referrals.add(Referral(new_id(), referrer, referee, operation.now))
    operation.record(operation.new_event_id(), "member_referred", referee, {"referrer": referrer})


def refer_by_token(operation: OperationContext, referee: str, token: str | None) -> None:
    """Store a referral as `set_referral` does, by the referrer's token; without a token, do nothing."""
    if token is not None:
        referrer = member_of_token(token)
        if referrer is None:
            raise UnknownReferrer
        set_referral(operation, referee, referrer)


def remove_referral(operation: OperationContext, referee: str) -> None:
    """Remove the referrer of a member; what rules gave for the referral stays. Raise NotReferred."""
    operation.lock_members(referee)
    known = operation.tx.referrals.of(referee)
    if known is None:
        raise NotReferred
    operation.tx.referrals.remove(referee)
    operation.record(operation.new_event_id(), "member_referral_removed", referee, {"referrer": known.referrer})
