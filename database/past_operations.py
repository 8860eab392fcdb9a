"""Past operations, read from the ledger and from rewards: requested changes, not those of the clock and of rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from database.member_ranges import in_range
from database.past_freezes import freezes_of
from database.past_rewards import PastRewardOperations
from database.queries import columns_of
from database.tables import event, lot, transfer
from loyalty.engine.past_operations import (
    ActivatePoints,
    CapturePoints,
    ExpirePoints,
    PastOperation,
    PointsRequest,
    ReleasePoints,
)
from loyalty.points.cancelling import CancelledBy, CancelTransfer
from loyalty.points.holds import HoldPoints
from loyalty.points.operations import AddPoints, SpendPoints, TransferPoints
from loyalty.program.wallets import ONE
from loyalty.store.history import MemberRange, RewardsBefore
from loyalty.store.points import TransferKind

_KINDS = ("add", "spend", "hold", "release", "capture", "send", "cancel", "expire", "activate")
_INSTANT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Posted:
    """A transfer that an operation posted, or that followed from it."""

    id: str
    member: str
    account: str
    wallet: str
    kind: TransferKind
    points: int
    qualifying: int
    spent: int
    event: str
    source: str
    related: str | None
    comment: str
    ends_at: datetime | None
    lot: str | None
    at: datetime

    @property
    def amount(self) -> Decimal:
        return Decimal(self.points) / ONE


@dataclass(frozen=True, slots=True)
class _LotDates:
    """When a pending lot becomes active, and when a lot expires, as of now."""

    active_from: datetime | None
    expires_at: datetime | None
    qualifies: bool | None
    """Whether pending points count for tiers when they become active."""


class PastOperations:
    """The operations on points and rewards of one store in a period."""

    def __init__(self, connection: Connection, store: str, *, since: datetime, until: datetime) -> None:
        self._connection = connection
        self._store = store
        self._since = since
        self._until = until
        self._rewards = PastRewardOperations(connection, store, since=since, until=until)

    def move_between_members(self) -> bool:
        """Return whether an operation moved points between members, or cancelled that."""
        sent = transfer.alias("sent")
        is_cancelled = exists(select(sent.c.id).where(sent.c.id == transfer.c.related, sent.c.kind == "send"))
        within = and_(self._asked_for(), or_(transfer.c.kind == "send", is_cancelled))
        return self._connection.execute(select(transfer.c.id).where(within).limit(1)).first() is not None

    def of(self, members: MemberRange) -> list[PastOperation]:
        """Return the operations of members, in order."""
        within = and_(self._asked_for(), in_range(transfer.c.member, members))
        columns = columns_of(_Posted, transfer)
        rows = self._connection.execute(
            select(*columns, event.c.body, *columns_of(_LotDates, lot))
            .outerjoin(event, event.c.id == transfer.c.event)
            .outerjoin(lot, lot.c.id == transfer.c.lot)
            .where(within)
            .order_by(transfer.c.at, transfer.c.event, transfer.c.account, transfer.c.number)
        ).all()
        posted = [(_Posted(*row[:-4]), row[-4] or {}, _LotDates(*row[-3:])) for row in rows]
        activated = self._activated(members) if any(each.kind == "add" for each, _, _ in posted) else {}
        partners = self._partners() if any(_is_between_members(each, body) for each, body, _ in posted) else {}
        captured = {(each.related, each.at) for each, _, _ in posted if each.kind == "capture"}
        paid = self._rewards.paid(members)
        found: dict[Any, PastOperation] = {}
        for each, body, dates in posted:
            if each.id in paid or each.related in paid:
                continue  # it follows from an operation on a reward
            if each.kind == "release" and (each.related, each.at) in captured:
                continue  # the rest of a captured hold
            request = _request(each, body, dates, activated, partners)
            if request is not None:
                several = each.kind in ("expire", "activate")  # one operation for all lots of a transfer
                key = (each.kind, each.related, each.at) if several else each.id
                found.setdefault(key, _operation(each, body, request, partners))
        freezes = freezes_of(self._connection, self._store, members, since=self._since, until=self._until)
        return sorted(
            [*found.values(), *self._rewards.of(members), *freezes], key=lambda each: (each.received_at, each.id)
        )

    def rewards_before(self) -> RewardsBefore:
        """Return the supply of rewards at the beginning."""
        return RewardsBefore(self._rewards.shared_before(), self._rewards.supplies_before())

    def _asked_for(self) -> ColumnElement[bool]:
        return and_(
            transfer.c.store == self._store,
            transfer.c.at >= self._since,
            transfer.c.at < self._until,
            transfer.c.kind.in_(_KINDS),
            by_hand(),
        )

    def _activated(self, members: MemberRange) -> Mapping[str, datetime]:
        """Return when lots became active in this period; by hand slightly later, so that the clock is not first."""
        return activations(
            self._connection,
            transfer.c.store == self._store,
            in_range(transfer.c.member, members),
            transfer.c.at >= self._since,
        )

    def _partners(self) -> Mapping[str, str]:
        """Return the receivers of sent points, by the sending transfer."""
        received = select(transfer.c.related, transfer.c.member).where(
            transfer.c.store == self._store, transfer.c.kind == "receive"
        )
        return {row.related: row.member for row in self._connection.execute(received)}


def by_hand() -> ColumnElement[bool]:
    """Return whether a transfer was requested: neither the clock nor a rule made it."""
    source = transfer.c.source
    return and_(source != "clock", source.not_like("reactor/%"), source.not_like("achievement/%"))


def activations(connection: Connection, *where: ColumnElement[bool]) -> Mapping[str, datetime]:
    """Return when lots became active; those by hand slightly later, so that in a replay the clock is not first."""
    rows = connection.execute(
        select(transfer.c.lot, transfer.c.at, by_hand()).where(*where, transfer.c.kind == "activate")
    )
    return {lot_id: at + _INSTANT if is_by_hand else at for lot_id, at, is_by_hand in rows}


def _is_between_members(posted: _Posted, body: Mapping[str, Any]) -> bool:
    return posted.kind == "send" or (posted.kind == "cancel" and body.get("kind") == "send")


def _operation(
    posted: _Posted, body: Mapping[str, Any], request: PointsRequest, partners: Mapping[str, str]
) -> PastOperation:
    sent = posted.id if posted.kind == "send" else posted.related
    partner = partners.get(sent or "") if _is_between_members(posted, body) else None
    return PastOperation(
        posted.event,
        posted.id,
        posted.member,
        posted.at,
        posted.source,
        posted.wallet,
        request,
        partner,
        posted.lot,
    )


def _request(
    posted: _Posted,
    body: Mapping[str, Any],
    dates: _LotDates,
    activated: Mapping[str, datetime],
    partners: Mapping[str, str],
) -> PointsRequest | None:
    """Return the requested operation; None: the transfer followed from another operation."""
    about = posted.related or ""
    match posted.kind:
        case "add":
            return _addition(posted, body, dates, activated)
        case "spend":
            counted = posted.spent != 0
            return SpendPoints(posted.member, posted.amount, posted.wallet, posted.comment, qualifies=counted)
        case "hold":
            return HoldPoints(posted.member, posted.amount, posted.wallet, posted.ends_at, posted.comment)
        case "send":
            receiver = partners.get(posted.id, "")
            return TransferPoints(posted.member, receiver, posted.amount, posted.wallet, posted.comment)
        case "capture":
            return CapturePoints(about, posted.amount)
        case "release":
            return ReleasePoints(about)
        case "cancel":
            return _cancellation(posted, body, dates)
        case "expire":  # what was given back after its date expires at once, and names that date
            is_asked_for = _date(body.get("expires_at")) == posted.at
            return ExpirePoints(about) if is_asked_for else None
        case "activate":
            return ActivatePoints(about)
        case "award" | "deduct" | "receive" | "take_back" | "settle" | "return" | "merge_out" | "merge_in":
            return None
        case _:
            assert_never(posted.kind)


def _addition(
    posted: _Posted, body: Mapping[str, Any], dates: _LotDates, activated: Mapping[str, datetime]
) -> AddPoints:
    expires_at = _date(body.get("expires_at"))
    if body.get("pending") and expires_at is not None and dates.expires_at is not None:
        expires_at = min(expires_at, dates.expires_at)  # early activation moved it
    became_active = activated.get(posted.lot or "", dates.active_from)
    return AddPoints(
        posted.member,
        posted.amount,
        posted.wallet,
        became_active if body.get("pending") else None,
        expires_at,
        expires_at is None,
        posted.qualifying > 0 or bool(dates.qualifies),
        posted.comment,
    )


def _cancellation(posted: _Posted, body: Mapping[str, Any], dates: _LotDates) -> CancelTransfer | None:
    if body.get("kind") == "receive":  # the other side of what was sent
        return None
    new_date = dates.expires_at if body.get("kind") == "expire" else None
    is_later = new_date is not None and new_date > posted.at
    by: CancelledBy = "member" if posted.source == "member" else "shop"
    return CancelTransfer(posted.related or "", by, new_date if is_later else None, posted.comment)


def _date(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
