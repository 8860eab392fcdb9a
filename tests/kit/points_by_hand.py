"""Operations on points of every kind, on a scripted store."""

from datetime import timedelta

from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points
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
from tests.kit.scripted_store import ScriptedStore


async def points_by_hand(scripted: ScriptedStore, ann: str, bob: str) -> None:
    """Points added, pending, spent, held, captured, sent, cancelled, owed and expired by hand."""
    added = await scripted.operate(add_points, AddPoints(ann, 300, expires_at=scripted.now + timedelta(days=40)))
    pending = await scripted.operate(
        add_points, AddPoints(bob, 50, pending_until=scripted.now + timedelta(days=30), qualifies=True)
    )
    spent = await scripted.operate(spend_points, SpendPoints(ann, 40))
    await scripted.wait(1)
    hold = await scripted.operate(hold_points, HoldPoints(ann, 60))
    await scripted.operate(hold_points, HoldPoints(ann, 5, until=scripted.now + timedelta(days=4)))
    await scripted.operate(hold_points, HoldPoints(ann, 6, until=scripted.now + timedelta(days=60)))
    sent = await scripted.operate(transfer_points, TransferPoints(ann, bob, 70))
    await scripted.wait(1)
    await scripted.operate(capture_points, hold, 20)
    await scripted.operate(cancel_transfer, CancelTransfer(spent))
    await scripted.operate(activate_points, pending)
    await scripted.operate(spend_points, SpendPoints(bob, 100))
    await scripted.operate(cancel_transfer, CancelTransfer(sent))
    await scripted.operate(cancel_transfer, CancelTransfer(added))
    later = scripted.now + timedelta(days=5)
    last = await scripted.operate(add_points, AddPoints(bob, 9, pending_until=later))
    await scripted.operate(expire_points, last)
    await scripted.operate(hold_points, HoldPoints(ann, 3))
