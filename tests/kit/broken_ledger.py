"""A ledger with everything in it that an audit looks at, and one way to break each of it by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text

from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points, release_points
from loyalty.points.operations import (
    AddPoints,
    SpendPoints,
    TransferPoints,
    activate_points,
    add_points,
    expire_points,
    spend_points,
    transfer_points,
)
from loyalty.rewards.operations import BuyReward, buy_reward, cancel_reward, use_coupon
from loyalty.rewards.stocking import set_stock, upload_codes
from loyalty.store.members import Identity
from loyalty.store.webhooks import LoggedAttempt
from loyalty.transactions.operations import register_transaction
from tests.kit import merging
from tests.kit.busy_ledger import BusyLedger
from tests.kit.figures import count_figures
from tests.kit.shop import document, item
from tests.kit.webhooks import deliveries, subscribe


class Break(NamedTuple):
    """A check that must find what a statement changes."""

    check: str
    statement: str


ONE = 1_000_000


def _one(table: str, where: str = "1 = 1") -> str:
    """The id of one row of a table."""
    return f"(SELECT max(id) FROM {table} WHERE {where})"


def _update(table: str, change: str, where: str = "1 = 1") -> str:
    return f"UPDATE {table} SET {change} WHERE id = {_one(table, where)}"


def _delete(table: str, where: str = "1 = 1") -> str:
    return f"DELETE FROM {table} WHERE id = {_one(table, where)}"


def _of_allocation(statement: str, column: str) -> str:
    """A statement about the lot or the transfer of one allocation."""
    return f"{statement} WHERE id = (SELECT max({column}) FROM allocation)"


_SENT_BACK = """\
DELETE FROM transfer WHERE kind = 'cancel' AND related = (SELECT id FROM transfer WHERE kind = 'receive' AND id IN
(SELECT related FROM transfer WHERE kind = 'cancel'))"""
_SECOND_CANCEL = """\
INSERT INTO transfer (id, store, account, number, member, wallet, kind, points, active, pending, earned, spent, expired,
held, owed, qualifying, balance, event, source, related, comment, at, estimated)
SELECT 'twice', store, account, number + 1000, member, wallet, kind, points, active, pending, earned, spent, expired,
held, owed, qualifying, balance, event, source, related, comment, at, estimated
FROM transfer WHERE id = (SELECT max(id) FROM transfer WHERE kind = 'cancel')"""

_MERGED = "merged_into IS NOT NULL"

BREAKS: Sequence[Break] = (
    *(
        Break("account-balance", _update("account", f"{part} = {part} + {ONE}"))
        for part in ("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying")
    ),
    Break("account-balance", "UPDATE transfer SET spent = spent + 1, points = points + 1 WHERE kind = 'spend'"),
    Break("transfer-numbers", _update("account", "transfers = transfers + 1")),
    Break("transfer-numbers", "UPDATE transfer SET number = number + 1000 WHERE number = 2"),
    Break("transfer-numbers", "DELETE FROM transfer WHERE number = 1"),
    Break("account-lots", _update("account", "active = active - 1", "active > 0")),
    Break("account-lots", _update("account", "pending = pending + 1")),
    Break("account-lots", _update("account", "held = held + 1")),
    Break("account-lots", _update("lot", "remaining = remaining - 1", "remaining > 0")),
    *(Break("below-zero", _update("account", f"{part} = -1")) for part in ("active", "pending", "held", "owed")),
    Break("debt-and-points", _update("account", "owed = 1", "active > 0")),
    Break("account-member", "UPDATE account SET member = 'nobody' WHERE id = " + _one("account")),
    Break("account-member", "UPDATE member SET store = 'OTHER' WHERE id = (SELECT max(member) FROM account)"),
    Break("running-balance", _update("transfer", "balance = balance + 1")),
    Break("running-balance", "UPDATE transfer SET number = -number WHERE kind = 'award'"),
    Break("lot-allocations", _update("lot", "remaining = remaining + 1")),
    Break("lot-allocations", _update("lot", "held = held + 1")),
    Break("lot-allocations", "DELETE FROM allocation WHERE transfer = " + _one("transfer", "kind = 'spend'")),
    Break("lot-bounds", _update("lot", "remaining = -1")),
    Break("lot-bounds", _update("lot", "held = -1")),
    Break("lot-bounds", _update("lot", "remaining = points + 1")),
    Break("lot-origin", _update("lot", "transfer = 'none'")),
    Break("lot-origin", _update("lot", "event = 'none'")),
    Break("lot-origin", _update("lot", "wallet = 'other'")),
    Break(
        "lot-origin", "UPDATE lot SET transfer = " + _one("transfer", "kind = 'spend'") + " WHERE id = " + _one("lot")
    ),
    Break("lot-account", _update("lot", "wallet = 'other'")),
    Break(
        "transfer-allocations",
        "UPDATE allocation SET points = points - 1 WHERE lot = (SELECT max(lot) FROM allocation)",
    ),
    Break("transfer-allocations", "DELETE FROM allocation WHERE transfer = " + _one("transfer", "kind = 'hold'")),
    Break("transfer-allocations", _update("lot", "points = points + 1")),
    Break("allocation-owner", _of_allocation("UPDATE transfer SET store = 'OTHER'", "transfer")),
    Break("allocation-owner", _of_allocation("DELETE FROM lot", "lot")),
    Break("allocation-owner", _of_allocation("DELETE FROM transfer", "transfer")),
    Break("allocation-owner", _of_allocation("UPDATE lot SET member = 'nobody'", "lot")),
    Break("transfer-change", _update("transfer", "kind = 'gift'")),
    Break("transfer-change", _update("transfer", "points = -points")),
    *(
        Break("transfer-change", _update("transfer", "active = active + 1", f"kind = '{kind}'"))
        for kind in ("spend", "add", "send", "hold", "expire", "activate")
    ),
    *(
        Break("transfer-change", _update("transfer", f"{part} = {part} + 1", "kind = 'spend'"))
        for part in ("pending", "earned", "spent", "expired", "held", "owed", "qualifying")
    ),
    Break("transfer-account", _update("transfer", "account = 'none'")),
    Break("transfer-account", _update("transfer", "wallet = 'other'")),
    Break("transfer-account", _update("transfer", "member = 'nobody'")),
    Break("transfer-account", "UPDATE account SET store = 'OTHER' WHERE id = " + _one("account")),
    Break("transfer-event", _update("transfer", "event = 'none'")),
    *(
        Break("transfer-related", _update("transfer", "related = NULL", f"kind = '{kind}'"))
        for kind in ("activate", "release", "capture", "expire", "receive", "settle", "cancel", "merge_in")
    ),
    Break("transfer-related", _update("transfer", "related = 'none'", "kind = 'cancel'")),
    Break("transfer-related", "UPDATE transfer SET related = id WHERE kind = 'release'"),
    Break("transfer-related", _update("transfer", "account = 'none', wallet = 'other'", "kind = 'cancel'")),
    Break("cancelled-once", _SECOND_CANCEL),
    Break("cancelled-amount", "UPDATE transfer SET active = active + 1 WHERE kind = 'cancel'"),
    Break("cancelled-amount", "UPDATE transfer SET spent = spent - 1 WHERE kind = 'cancel'"),
    Break("cancelled-amount", "UPDATE transfer SET qualifying = qualifying - 1 WHERE kind = 'cancel'"),
    Break("hold-left", _update("transfer", "held = held - 100000000", "kind = 'release'")),
    Break("sent-and-received", _delete("transfer", "kind = 'receive'")),
    Break("sent-and-received", _update("transfer", "points = points + 1", "kind = 'receive'")),
    Break("sent-and-received", _update("transfer", "wallet = 'other'", "kind = 'receive'")),
    Break(
        "sent-and-received",
        "UPDATE transfer SET account = (SELECT sent.account FROM transfer sent WHERE sent.id = transfer.related),"
        " number = number + 1000 WHERE kind = 'receive'",
    ),
    Break("sent-and-received-cancelled", _SENT_BACK),
    *(Break("lot-due", f"DELETE FROM deadline WHERE kind = '{kind}'") for kind in ("activate", "expire")),
    *(Break("hold-due", f"DELETE FROM deadline WHERE kind = '{kind}'") for kind in ("unblock",)),
    *(Break("coupon-due", f"DELETE FROM deadline WHERE kind = '{kind}'") for kind in ("coupon_expire",)),
    *(Break("tier-due", f"DELETE FROM deadline WHERE kind = '{kind}'") for kind in ("tier_review",)),
    Break("lot-due", "UPDATE deadline SET due_at = '2026-01-01 00:00:00' WHERE kind = 'expire'"),
    Break("lot-due", "UPDATE deadline SET due_at = '2036-01-01 00:00:00' WHERE kind = 'expire'"),
    Break("lot-due", "UPDATE deadline SET member = (SELECT max(id) FROM member) WHERE kind = 'expire'"),
    *(
        Break(
            "due-subject",
            f"UPDATE deadline SET subject = 'none' WHERE kind = '{kind}'"
            f" AND subject = (SELECT max(subject) FROM deadline WHERE kind = '{kind}')",
        )
        for kind in ("expire", "unblock", "coupon_expire", "tier_review")
    ),
    Break("event-parent", _update("event", "parent = 'none'", "parent IS NOT NULL")),
    Break("event-parent", _update("event", "depth = depth + 1", "parent IS NOT NULL")),
    Break("event-children", _update("event", "status = 'received'", "parent IS NOT NULL")),
    Break("event-queued", _update("event", "status = 'received'", "parent IS NULL")),
    Break("event-queued", _update("event", "position = 7")),
    Break("queue-order", "UPDATE event SET position = 1"),
    Break("daily-sums", "UPDATE mark SET amount = amount - 1"),
    Break("daily-sums", "DELETE FROM mark"),
    Break("daily-sums", "UPDATE mark SET used = used - 1"),
    Break("limit-usage", "UPDATE usage SET points = points - 1 WHERE member <> ''"),
    Break("limit-usage", "UPDATE usage SET points = points - 1 WHERE member = ''"),
    Break("limit-usage", "UPDATE usage SET times = times - 1"),
    Break("completions", "DELETE FROM progress"),
    Break("reward-stock", "UPDATE reward_supply SET taken = taken - 1 WHERE taken > 0"),
    Break("reward-codes", "UPDATE reward_supply SET codes = codes + 1 WHERE codes > 0"),
    Break("code-issued", "UPDATE coupon_code SET issued = 'none' WHERE issued IS NOT NULL"),
    Break("shared-code", "UPDATE shared_code SET assigned = assigned + 1"),
    Break("shared-code", "UPDATE shared_code SET used = 0"),
    Break("reward-paid", "UPDATE issued_reward SET cost = cost + 1 WHERE transfer IS NOT NULL"),
    Break("reward-paid", "UPDATE issued_reward SET transfer = 'none' WHERE transfer IS NOT NULL"),
    Break("daily-figures", "UPDATE daily_figure SET low = low + 1 WHERE figure = 'spent'"),
    Break("daily-figures", "UPDATE daily_figure SET times = times - 1 WHERE figure = 'sales'"),
    Break("daily-figures", "DELETE FROM daily_figure WHERE figure = 'active'"),
    Break("daily-figures", "UPDATE daily_figure SET times = times + 1 WHERE figure = 'reward_issued'"),
    Break("earned-figures", "UPDATE earned_figure SET low = low + 1 WHERE figure = 'active' AND day = '9999-12-31'"),
    Break("earned-figures", "UPDATE earned_figure SET low = low + 1 WHERE figure = 'held' AND day <> '9999-12-31'"),
    Break("earned-figures", "DELETE FROM earned_figure WHERE figure = 'spent'"),
    Break("hourly-figures", "DELETE FROM hourly_figure"),
    Break("active-days", "UPDATE activity_gap SET members = members + 1"),
    Break("event-member", _update("event", "member = 'nobody'")),
    Break("merged-member", f"UPDATE member SET merged_into = 'nobody' WHERE {_MERGED}"),
    Break("merged-member", f"UPDATE member SET merged_into = id WHERE {_MERGED}"),
    *(
        Break("merged-member", _update(table, f"member = {_one('member', _MERGED)}"))
        for table in ("event", "transfer", "lot", "issued_reward")
    ),
    Break("merged-account", f"UPDATE account SET earned = earned + 1 WHERE member = {_one('member', _MERGED)}"),
    Break("merge-balance", "UPDATE transfer SET earned = earned + 1 WHERE kind = 'merge_in'"),
    Break("merge-balance", _delete("transfer", "kind = 'merge_in'")),
)
"""How each check is proved; the checks of one statement may be several, and this is one of them."""


def unlock(connection: Connection) -> None:
    """Let this transaction break what constraints hold."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        return
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for table, parts in (("account", ("active", "pending", "held", "owed")), ("lot", ("remaining", "held"))):
        for part in parts:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{part}_not_negative")


def apply(connection: Connection, broken: Break) -> int:
    """Break it; return how many rows were changed."""
    return connection.execute(text(broken.statement)).rowcount


async def fill(busy: BusyLedger) -> None:
    """Do once what each check looks at."""
    ann, bob, eve = busy.members
    scripted = busy.scripted

    async def step(*call: object) -> str:
        scripted.now += timedelta(minutes=1)
        made: str = await busy.operate(*call)  # type: ignore[arg-type]
        return made

    await subscribe(scripted.database, "https://shop.example/hook", "AvailablePointsAmountChanged")
    merged = await scripted.register("merged@example.com")
    await step(add_points, AddPoints(merged, 9))
    await merging.merge(scripted, bob, merged)
    await scripted.report(ann, "purchase", {"total": 160})
    await scripted.report(bob, "purchase", {"total": 20})
    await scripted.report(ann, "app_login", {})
    sold = document("S", item("beans", 2), now=scripted.now)
    await step(register_transaction, replace(sold, identity=Identity(eve), customer_data={"customerId": eve}))
    back = document("R", item("beans"), now=scripted.now, type="return", linked_number="S")
    await step(register_transaction, back)
    for _ in range(3):
        await scripted.report(eve, "purchase", {"total": 1})
    await step(spend_points, SpendPoints(eve, 23))
    await scripted.report(bob, "refund", {"total": 2})
    await step(add_points, AddPoints(ann, 100))
    spent = await step(spend_points, SpendPoints(ann, 30))
    await step(spend_points, SpendPoints(ann, 5))
    await step(cancel_transfer, CancelTransfer(spent))
    await step(hold_points, HoldPoints(ann, 20, until=scripted.now + timedelta(days=9)))
    held = await step(hold_points, HoldPoints(ann, 10))
    await step(capture_points, held, 4)
    await step(release_points, await step(hold_points, HoldPoints(ann, 8)))
    await step(transfer_points, TransferPoints(ann, bob, 15))
    back = await step(transfer_points, TransferPoints(ann, bob, 6))
    await step(cancel_transfer, CancelTransfer(back))
    await step(expire_points, await step(add_points, AddPoints(ann, 3)))
    await step(
        activate_points, await step(add_points, AddPoints(ann, 4, pending_until=scripted.now + timedelta(days=1)))
    )
    gone = await step(add_points, AddPoints(eve, 50, qualifies=True))
    await step(spend_points, SpendPoints(eve, 50))
    await step(cancel_transfer, CancelTransfer(gone))
    await step(set_stock, "mug", 5)
    await step(upload_codes, "listed", ["A", "B", "C"])
    for reward in ("mug", "listed", "summer"):
        await step(buy_reward, BuyReward(ann, reward))
        (bought,) = await step(buy_reward, BuyReward(ann, reward))
        await step(cancel_reward, bought)
    await step(use_coupon, ann, "SUMMER")
    await step(add_points, AddPoints(eve, 20))
    taken = await step(add_points, AddPoints(bob, 12, expires_at=scripted.now + timedelta(days=1)))
    held = await step(hold_points, HoldPoints(bob, 30))
    await step(cancel_transfer, CancelTransfer(taken))
    await step(release_points, held)
    sent, *_ = await deliveries(scripted.database)
    made = LoggedAttempt(1, scripted.now, 200, 7, "", None)
    await scripted.database.store("DEFAULT").write(lambda tx: tx.webhooks.log_attempt(sent.id, made))
    await count_figures(scripted)
