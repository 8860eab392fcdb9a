"""Pages of issued rewards and of uploaded codes."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, not_, select

from database.pages import PageRequest, PageResult, few_ids, find_page
from database.planner import without_index
from database.tables import coupon_code, event, issued_reward
from database.test_members import belongs_to_test_member, ids_of_test_members
from database.transaction import ReadTransaction
from loyalty.program.rewards import PROGRESS
from loyalty.store.rewards import CouponCode, IssuedReward


def find_issued(
    tx: ReadTransaction,
    page: PageRequest,
    *,
    member_id: str | None = None,
    further: Sequence[ColumnElement[bool]] = (),
) -> PageResult[IssuedReward]:
    """Return a page of the issued rewards of one member or of all, by when they were issued."""
    within = issued_reward.c.store == tx.store
    if member_id is not None:
        within = and_(within, issued_reward.c.member == member_id)
    return find_page(
        tx.connection,
        IssuedReward,
        issued_reward,
        page,
        within=within,
        order_by=issued_reward.c.issued_at,
        further=further,
        indexed={
            "cost": issued_reward.c.store == tx.store,
            "cancelled_at": and_(issued_reward.c.store == tx.store, issued_reward.c.cancelled_at.is_not(None)),
        },
    )


def has_status(status: str) -> ColumnElement[bool]:
    """Return the condition on issued rewards that show a status."""
    is_cancelled = issued_reward.c.status == "canceled"
    if status == "canceled":
        return is_cancelled
    if status in PROGRESS:
        return and_(issued_reward.c.progress == status, issued_reward.c.status != "canceled")
    return and_(issued_reward.c.status == status, issued_reward.c.progress.is_(None))


def is_caused_by(tx: ReadTransaction, event_type: str) -> ColumnElement[bool]:
    """Return the condition on rewards that were issued for an event of a type; few events are read at once."""
    of_type = select(event.c.id).where(event.c.store == tx.store, event.c.type == event_type)
    ids = few_ids(tx.connection, of_type)
    return exists(of_type.where(event.c.id == issued_reward.c.event)) if ids is None else issued_reward.c.event.in_(ids)


def is_of_test_member(tx: ReadTransaction, is_test: bool) -> ColumnElement[bool]:
    """Return the condition on issued rewards of test members, or of all others."""
    if is_test:
        return belongs_to(tx, ids_of_test_members(tx.store))
    return not_(belongs_to_test_member(issued_reward.c.member))


def belongs_to(tx: ReadTransaction, members: Select[tuple[str]]) -> ColumnElement[bool]:
    """Return the condition on issued rewards of members, whose ids a statement gives; few ids are read at once."""
    ids = few_ids(tx.connection, members)
    return without_index(issued_reward.c.member).in_(members) if ids is None else issued_reward.c.member.in_(ids)


def find_codes(tx: ReadTransaction, reward: str, page: PageRequest) -> PageResult[CouponCode]:
    """Return a page of the uploaded codes of a reward, in the order of upload, or backwards."""
    within = and_(coupon_code.c.store == tx.store, coupon_code.c.reward == reward)
    return find_page(tx.connection, CouponCode, coupon_code, page, within=within, order_by=coupon_code.c.id)
