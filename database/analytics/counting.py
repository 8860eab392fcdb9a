"""Add the changes recorded by triggers to the figures of their days: each row once.

A trigger records every change that counts in `uncounted`, in the transaction that makes it. So a note exists if and
only if the change does, whatever the order of commits; counting removes notes and adds to figures in one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple, TypeAlias, assert_never
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Select, delete, insert, literal, literal_column, null, select

from database.analytics.activity import ActiveDay, ActiveDays
from database.analytics.counted_transfers import COUNTED_PARTS, transfer_to_count, transfers_to_count
from database.analytics.earnings import EarnedKey, LotChanges, local_date
from database.analytics.funnel_counting import Funnels, stores_with_funnels_to_count
from database.locks import FIGURES
from database.queries import Queries, WriteQueries
from database.tables import (
    active_day,
    activity_gap,
    customer_transaction,
    daily_figure,
    delivery,
    earned_figure,
    event,
    figure_zone,
    hourly_figure,
    issued_reward,
    lot,
    member,
    step,
    transfer,
    uncounted,
)
from database.unreadable import damage_of, shown
from loyalty.analytics.figures import (
    ACTIVE,
    BUYER,
    OUTSTANDING,
    RETURNER,
    WHOLE_STORE,
    Figure,
    Increment,
    Outcome,
    RewardFigure,
    Sum,
    outcome_of,
)
from loyalty.program.achievements import Achievement

log = structlog.get_logger(__name__)

RewardKind: TypeAlias = Literal["issued", "used", "canceled"]
RowKind: TypeAlias = (
    Literal["transfer", "ledger", "lot", "fired", "mark", "sale", "return", "customer", "attempt"] | RewardKind
)

REWARD_FIGURES: Mapping[RewardKind, RewardFigure] = {
    "issued": "reward_issued",
    "used": "reward_used",
    "canceled": "reward_cancelled",
}
REWARD_MOMENTS: Mapping[RewardKind, Any] = {
    "issued": issued_reward.c.issued_at,
    "used": issued_reward.c.used_at,
    "canceled": issued_reward.c.cancelled_at,
}
SALE_KIND: Any = literal_column("CASE WHEN document_type = 'return' THEN 'return' ELSE 'sale' END")
"""The kind of a transaction's note."""
_KEPT_COUNTED = ("fired", "attempt")
"""Figures that are never recomputed: rows of old events are removed, and what they counted stays."""

BASE = 10**9
"""The base of `daily_figure.high`."""

NO_MEMBER = ""
"""The member of a note of progress without a member, which only marks the store."""

_CHUNK = 400
"""Ids in one statement."""


class Note(NamedTuple):
    """A row of `uncounted`."""

    id: int
    kind: RowKind
    row: str
    at: datetime | None
    amount: int | None
    sign: int
    moves: bool = False
    """Whether it counts although the row is a test member's: it removes the row from the figures."""

    def sign_of(self, is_test: bool | None) -> int:
        """Return the sign with which a row counts; 0 for a test member's."""
        return 0 if is_test and not self.moves else self.sign


@dataclass(slots=True)
class Counted:
    """The sum of notes: by figure, name and local day, and the active members by activity and day."""

    zone: ZoneInfo
    sums: dict[tuple[Figure, str, date], Sum] = field(default_factory=dict)
    days: set[ActiveDay] = field(default_factory=set)
    hours: dict[tuple[Outcome, str, datetime], Sum] = field(default_factory=dict)
    earned: dict[EarnedKey, int] = field(default_factory=dict)
    progressed: set[str] = field(default_factory=set)
    """The members whose progress with achievements changed."""

    def add_attempt(self, at: datetime, outcome: Outcome, subscription: str, latency_ms: int, sign: int = 1) -> None:
        """Add an attempt to the local hour in which it was made."""
        local = at.astimezone(self.zone)
        key = (outcome, subscription, local.replace(minute=0, second=0, microsecond=0).astimezone(UTC))
        self.hours[key] = self.hours.get(key, Sum()).plus(sign, sign * latency_ms)

    def add(self, day: date, increments: Iterable[Increment], sign: int = 1) -> None:
        """Add the figures of one row."""
        for figure, name, times, amount in increments:
            key = (figure, name, day)
            self.sums[key] = self.sums.get(key, Sum()).plus(sign * times, sign * amount)

    def active(self, member: str | None, day: date, *names: str) -> None:
        """Add a member as active on a day."""
        if member:
            self.days.update(ActiveDay(name, member, day) for name in names)

    def day(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return local_date(moment, self.zone)


class FigureCounts(Queries):
    """Reads the notes that are not counted yet."""

    def zone(self) -> ZoneInfo | None:
        """Return the time zone of the store's days; None: nothing was counted yet."""
        name = self.connection.execute(select(figure_zone.c.zone).where(figure_zone.c.store == self.store)).scalar()
        return None if name is None else ZoneInfo(name)

    def notes(self, limit: int | None = None, *, without: Sequence[RowKind] = ()) -> list[Note]:
        """Return the oldest notes of the store, without some kinds; None: all of them."""
        columns = [uncounted.c[name] for name in Note._fields]
        here = select(*columns).where(uncounted.c.store == self.store, uncounted.c.kind.not_in(without))
        return [Note(*row) for row in self.connection.execute(here.order_by(uncounted.c.id).limit(limit))]

    def counted(self, notes: Sequence[Note], zone: ZoneInfo, *, earned: bool) -> Counted:
        """Return the sum of notes; `earned`: also by the month in which points were added."""
        found = Counted(zone)
        by_kind: dict[RowKind, list[Note]] = defaultdict(list)
        for note in notes:
            if _is_readable("uncounted", note.id, note, (note.sign, note.amount or 0)):
                by_kind[note.kind].append(note)
        for kind, several in by_kind.items():
            match kind:
                case "transfer" | "ledger":
                    signs = self._count_transfers(kind, several, found)
                    if earned:
                        self._count_earned({row: sign for row, sign in signs.items() if sign}, found)
                case "lot":
                    self._count_lots(several, found)
                case "fired":
                    self._count_fired(several, found)
                case "sale" | "return" | "customer":
                    self._count_transactions(several, found)
                case "issued" | "used" | "canceled":
                    self._count_rewards(REWARD_FIGURES[kind], several, found)
                case "attempt":
                    self._count_attempts(several, found)
                case "mark":
                    found.progressed.update(note.row for note in several)
                case _:
                    assert_never(kind)
        return found

    def _count_transfers(self, kind: RowKind, notes: Sequence[Note], found: Counted) -> Mapping[str, int]:
        """Add transfers; return the sign of each: 1, -1 if it is removed, or 0 for test members.

        Those with a note of kind `ledger` were counted before there were totals: only the totals are added.
        """
        by_row = _by_row(notes)
        signs: dict[str, int] = {}
        for row in self._rows(transfers_to_count(), transfer.c.id, by_row, numbers=COUNTED_PARTS):
            counted = transfer_to_count(row)
            day, sign = found.day(row.at), _sign(by_row[row.id], row.is_test)
            signs[row.id] = sign
            if sign:
                found.add(day, counted.totals if kind == "ledger" else counted.increments, sign)
            if kind == "ledger":
                continue
            if counted.is_own and sign > 0:
                found.active(row.member, day, ACTIVE)
        return signs

    def _count_earned(self, signs: Mapping[str, int], found: Counted) -> None:
        for by, key, amount in LotChanges(self.connection, self.store).of([*signs], found.zone):
            found.earned[key] = found.earned.get(key, 0) + signs[by] * amount

    def _count_lots(self, notes: Sequence[Note], found: Counted) -> None:
        left = [note for note in notes if note.at is not None and note.amount]
        wanted = select(lot.c.id, lot.c.wallet, member.c.is_test).outerjoin(member, member.c.id == lot.c.member)
        lots = {row.id: row for row in self._rows(wanted, lot.c.id, {note.row for note in left})}
        for note in left:
            sign = note.sign_of(lots[note.row].is_test)
            if note.at is not None and note.amount is not None and sign:
                found.add(found.day(note.at), [Increment("expiring", lots[note.row].wallet, 0, note.amount)], sign)

    def _count_fired(self, notes: Sequence[Note], found: Counted) -> None:
        by_row = _by_row(notes)
        columns = (event.c.id, shown(step.c.result), event.c.member, event.c.received_at, member.c.is_test)
        wanted = select(*columns).join(event, event.c.id == step.c.event)
        wanted = wanted.outerjoin(member, member.c.id == event.c.member).where(step.c.name == "decide")
        for row in self._rows(wanted, step.c.event, by_row):
            day, sign = found.day(row.received_at), _sign(by_row[row.id], row.is_test)
            for source in row.result.get("fired", ()) if sign else ():
                found.add(day, [Increment("fired", source, 1, 0)], sign)
                if sign > 0:
                    found.active(row.member, day, ACTIVE, source)

    def _count_transactions(self, notes: Sequence[Note], found: Counted) -> None:
        table = customer_transaction
        columns = (table.c[name] for name in ("id", "member", "purchased_at", "document_type"))
        wanted = select(*columns, member.c.is_test).outerjoin(member, member.c.id == table.c.member)
        here = {row.id: row for row in self._rows(wanted, table.c.id, [note.row for note in notes])}
        for note in notes:
            row = here.get(note.row)
            sign = note.sign_of(row is not None and row.is_test)
            if note.at is not None and note.amount is not None and sign:
                figure: Figure = "returns" if note.kind == "return" else "sales"
                found.add(found.day(note.at), [Increment(figure, WHOLE_STORE, 1, note.amount)], sign)
            if sign > 0 and row is not None:
                is_return = row.document_type == "return"
                names = (RETURNER,) if is_return else (ACTIVE, BUYER)
                found.active(row.member, found.day(row.purchased_at), *names)

    def _count_rewards(self, figure: RewardFigure, notes: Sequence[Note], found: Counted) -> None:
        table = issued_reward
        wanted = select(table.c.id, table.c.reward, member.c.is_test).outerjoin(member, member.c.id == table.c.member)
        rewards = {row.id: row for row in self._rows(wanted, table.c.id, {note.row for note in notes})}
        for note in notes:
            row = rewards.get(note.row)
            sign = 0 if row is None else note.sign_of(row.is_test)
            if note.at is not None and row is not None and sign:
                found.add(found.day(note.at), [Increment(figure, row.reward, 1, 0)], sign)

    def _count_attempts(self, notes: Sequence[Note], found: Counted) -> None:
        """Add attempts; if the delivery was removed since, the subscription is unknown."""
        wanted = select(delivery.c.id, delivery.c.subscription)
        receivers = {row.id: row.subscription for row in self._rows(wanted, delivery.c.id, {n.row for n in notes})}
        for note in notes:
            if note.at is not None and note.amount is not None:
                latency, status = divmod(note.amount, 1000)
                found.add_attempt(note.at, outcome_of(status), receivers.get(note.row) or "", latency, note.sign)

    def _rows(self, wanted: Select[Any], key: Any, ids: Iterable[str], numbers: Sequence[str] = ()) -> Iterator[Any]:
        """Yield the readable rows with these ids; `numbers`: the numeric ones of their columns."""
        every = list(ids)
        for first in range(0, len(every), _CHUNK):
            for row in self.connection.execute(wanted.where(key.in_(every[first : first + _CHUNK]))):
                if _is_readable(key.table.name, row.id, row, [getattr(row, name) for name in numbers]):
                    yield row


class Figures(FigureCounts, WriteQueries):
    """The figures of one store."""

    def count(self, zone: ZoneInfo, *, limit: int, achievements: Sequence[Achievement] | None = None) -> int:
        """Add a page of notes to the figures of their days; return how many notes it had.

        In another time zone than before, everything is counted again. Return 0 if another process counts, and `limit`
        if an achievement remains to be counted. `achievements`: those of the program; None: notes of progress are kept.
        """
        if not self.try_lock(FIGURES):
            return 0
        before = self.zone()
        if before is None:
            self.upsert(figure_zone, {"zone": zone.key})
        elif before.key != zone.key:
            self._note_everything_again(zone)
        notes = self.notes(limit, without=("mark",) if achievements is None else ())
        counted = self.counted(notes, zone, earned=True)
        if notes:
            self.store_counted(counted)
            for first in range(0, len(notes), _CHUNK):
                ids = [note.id for note in notes[first : first + _CHUNK]]
                self.connection.execute(delete(uncounted).where(uncounted.c.id.in_(ids)))
        funnels = Funnels(self.connection, self.store)
        if achievements is not None and funnels.count(achievements, counted.progressed, limit=limit):
            return limit
        return len(notes)

    def count_again(self) -> None:
        """Reset counting of everything stored, except firings and sent webhooks, since old ones are removed."""
        self.lock(FIGURES)
        zone = self.zone()
        if zone is not None:
            self._note_everything_again(zone)

    def store_counted(self, counted: Counted) -> None:
        """Store the sum of notes."""
        rows = [
            {
                "figure": figure,
                "name": name,
                "day": day,
                "times": found.times,
                **_halves(found.amount),
            }
            for (figure, name, day), found in sorted(counted.sums.items())
        ]
        if rows:
            self.upsert_all_adding(daily_figure, rows, sums=("times", "high", "low"))
        hours = [
            {"figure": outcome, "name": name, "hour": hour, "times": found.times, "amount": found.amount}
            for (outcome, name, hour), found in sorted(counted.hours.items())
        ]
        if hours:
            self.upsert_all_adding(hourly_figure, hours, sums=("times", "amount"))
        earned = [
            {**key._asdict(), **_halves(amount)} for key, amount in sorted(_with_outstanding(counted.earned).items())
        ]
        if earned:
            self.upsert_all_adding(earned_figure, earned, sums=("high", "low"))
        ActiveDays(self.connection, self.store).add(counted.days)

    def _note_everything_again(self, zone: ZoneInfo) -> None:
        here, fired = self.store, daily_figure.c.figure == "fired"
        run = self.connection.execute
        run(delete(uncounted).where(uncounted.c.store == here, uncounted.c.kind.not_in(_KEPT_COUNTED)))
        run(delete(daily_figure).where(daily_figure.c.store == here, ~fired))
        run(delete(earned_figure).where(earned_figure.c.store == here))
        for table in (active_day, activity_gap):
            own = table.c.name.in_((ACTIVE, BUYER, RETURNER))
            run(delete(table).where(table.c.store == here, own))
        columns = ["store", "kind", "row", "at", "amount", "sign"]
        one, nothing = literal(1), null()
        Funnels(self.connection, self.store).forget_all()
        self.insert(uncounted, {"kind": "mark", "row": NO_MEMBER, "sign": 1})
        transfers = select(transfer.c.store, literal("transfer"), transfer.c.id, nothing, nothing, one)
        table = customer_transaction
        sales = select(table.c.store, SALE_KIND, table.c.id, table.c.purchased_at, table.c.gross, one)
        left = (lot.c.store == here, lot.c.expires_at.is_not(None), lot.c.remaining != 0)
        lots = select(lot.c.store, literal("lot"), lot.c.id, lot.c.expires_at, lot.c.remaining, one)
        run(insert(uncounted).from_select(columns, lots.where(*left)))
        for reward_kind, moment in REWARD_MOMENTS.items():
            given = (issued_reward.c.store == here, moment.is_not(None))
            noted = select(issued_reward.c.store, literal(reward_kind), issued_reward.c.id, moment, nothing, one)
            run(insert(uncounted).from_select(columns, noted.where(*given)))
        run(insert(uncounted).from_select(columns, transfers.where(transfer.c.store == here)))
        run(insert(uncounted).from_select(columns, sales.where(table.c.store == here)))
        self.upsert(figure_zone, {"zone": zone.key})


def _by_row(notes: Sequence[Note]) -> Mapping[str, list[Note]]:
    found: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        found[note.row].append(note)
    return found


def _sign(notes: Iterable[Note], is_test: bool | None) -> int:
    """Return the sum of the signs of all notes on one row."""
    return sum(note.sign_of(is_test) for note in notes)


def _is_readable(table: str, row: Any, values: Iterable[Any], numbers: Iterable[Any]) -> bool:
    """Return whether a row can be counted; a damaged one is logged and skipped, so that it blocks no others."""
    reason = damage_of(values, numbers)
    if reason is not None:
        log.warning("a row that cannot be read is in no figure", table=table, row=row, reason=reason)
    return reason is None


def _halves(amount: int) -> Mapping[str, int]:
    return {"high": amount // BASE, "low": amount % BASE}


def _with_outstanding(earned: Mapping[EarnedKey, int]) -> Mapping[EarnedKey, int]:
    """Return figures by month of earning, with outstanding points on the last day of the calendar."""
    found = dict(earned)
    for key, amount in earned.items():
        if key.figure in OUTSTANDING:
            whole = key._replace(day=date.max)
            found[whole] = found.get(whole, 0) + amount
    return found


def stores_to_count(connection: Connection) -> list[str]:
    """Return the stores with notes, or with an achievement to be counted."""
    noted = connection.execute(select(uncounted.c.store).distinct()).scalars()
    return sorted({*noted, *stores_with_funnels_to_count(connection)})
