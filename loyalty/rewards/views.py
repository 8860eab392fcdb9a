"""Issued rewards as messages and responses show them: their cost, cause, coupon and owner."""

from decimal import Decimal
from typing import Any

from loyalty.events.builtin_events import BUILT_IN, TRANSACTIONS
from loyalty.program.program import Program
from loyalty.store.members import Member, StoredMember
from loyalty.store.repositories import StoreReaders
from loyalty.store.rewards import IssuedReward
from loyalty.webhooks.messages import Cause, CouponView


def owner_view(member: Member | StoredMember) -> dict[str, Any]:
    """Return the details of a member as messages and responses about issued rewards show them."""
    company = member.profile.get("company") or {}
    found = {
        "email": member.email,
        "firstName": member.profile.get("firstName"),
        "lastName": member.profile.get("lastName"),
        "companyName": company.get("name"),
        "nip": company.get("nip"),
        "phone": member.phone,
        "loyaltyCardNumber": member.card,
        "address": member.profile.get("address") or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def cost_of(program: Program, issued: IssuedReward) -> Decimal:
    """Return what an issued reward cost, in units of its wallet."""
    wallet = None if issued.wallet is None else program.wallets.get(issued.wallet)
    return Decimal(0) if wallet is None else Decimal(wallet.amount(issued.cost))


def cause_of_issue(tx: StoreReaders, program: Program, issued: IssuedReward) -> Cause:
    """Return what issued a reward: the member who bought it, nothing for a gift, or a reactor with its event."""
    if issued.origin == "given":
        return Cause(performed_at=issued.issued_at)
    if issued.origin == "bought":
        return Cause(customer_id=issued.member, performed_at=issued.issued_at)
    kind, _, name = issued.source.partition("/")
    asked = tx.events.state(issued.event, "")
    built_in = asked is None or asked.type in BUILT_IN
    reported = None if asked is None or asked.type not in TRANSACTIONS else tx.transactions.of_event(issued.event)
    return Cause(
        campaign_id=program.id_of(kind, name) if name else None,
        customer_id=issued.member,
        transaction_id=None if reported is None else reported.id,
        custom_event_id=None if built_in else issued.event,
        internal_event_name=asked.type if asked is not None and built_in and reported is None else None,
        performed_at=issued.issued_at,
    )


def coupon_view(program: Program, issued: IssuedReward) -> CouponView | None:
    """Return the coupon of an issued reward; None: it has none, or the program does not have the reward any more."""
    reward = program.rewards.get(issued.reward)
    if reward is None or reward.coupon is None or issued.coupon is None:
        return None
    worth = issued.worth
    return CouponView(
        code=issued.coupon,
        value=(reward.coupon.fixed_value or Decimal(0)) if worth is None else worth,
        active_from=issued.begins_at or issued.issued_at,
        active_to=issued.expires_at,
        status=issued.status,
        value_type=reward.coupon.value_type,
        used_at=issued.used_at,
    )
