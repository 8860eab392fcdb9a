"""The entries of one account from before transfers, run again: what each deduction took from which lot.

Part of the migration to transfers; it never changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha1
from itertools import groupby
from operator import attrgetter
from typing import Any

PARTS = ("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying")

MILLISECOND = 13
"""How many characters of an id say when it was made."""


@dataclass
class _Deduction:
    """A deduction, and how much of each lot it took. `missing`: what no lot is known for."""

    transfer: str
    shares: dict[str, int] = field(default_factory=dict)
    missing: int = 0

    def take(self, lot: str, share: int) -> None:
        self.shares[lot] = self.shares.get(lot, 0) + share


class AccountReplay:
    """Runs the entries of one account again."""

    def __init__(self, member: str, wallet: str, factor: int, lots: list[Any]) -> None:
        self.member, self.wallet, self.factor = member, wallet, factor
        self.account = _caused_id(member, f"wallet/{wallet}")
        self.lots = {each.id: each for each in lots}
        self.left = {each.id: each.points for each in lots}
        self.active: set[str] = set()
        self.taken: list[_Deduction] = []
        self.expired: dict[str, tuple[str, int]] = {}
        self.sums = dict.fromkeys(PARTS, 0)

    def rows(self, entries: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of the account, its transfers and their allocations."""
        ordered = _in_order(entries, self._late(entries))
        transfers = [self._transfer(number, each) for number, each in enumerate(ordered, 1)]
        store = entries[0].store
        self._agree()
        correction, corrected = self._correction(ordered[-1], len(transfers) + 1)
        transfers += correction
        whole = {"id": self.account, "store": store, "member": self.member, "wallet": self.wallet}
        yield "account", whole | self.sums | {"transfers": len(transfers)}
        for row in transfers:
            yield "transfer", row
        taken = [(each.transfer, lot, -share) for each in self.taken for lot, share in each.shares.items()]
        expired = [(transfer, lot, -points) for lot, (transfer, points) in self.expired.items() if lot in self.lots]
        for transfer, lot, more in (*taken, *expired, *corrected):
            if more:
                yield "allocation", {"transfer": transfer, "lot": lot, "store": store, "points": more, "held": 0}

    def _late(self, entries: list[Any]) -> set[str]:
        """The lots that were pending at first."""
        activated = {each.lot for each in entries if each.kind == "activate"}
        return activated | {each.id for each in self.lots.values() if each.active_from is not None}

    def _transfer(self, number: int, entry: Any) -> dict[str, Any]:
        points = int(entry.points) * self.factor
        is_award = entry.kind == "award" and entry.lot is not None
        transfer_id = entry.lot if is_award else entry.id
        row = self._row(transfer_id, number, entry.kind, points, self._change(entry, points, transfer_id), entry)
        related = None if is_award else entry.lot
        return row | {"related": related, "lot": entry.lot, "source": entry.source, "estimated": entry.kind == "deduct"}

    def _row(
        self, transfer_id: str, number: int, kind: str, points: int, change: dict[str, int], entry: Any
    ) -> dict[str, Any]:
        """The row of a transfer, which is added to the sums."""
        for part, more in change.items():
            self.sums[part] += more
        return {
            "id": transfer_id,
            "store": entry.store,
            "account": self.account,
            "number": number,
            "member": self.member,
            "wallet": self.wallet,
            "kind": kind,
            "points": points,
            **dict.fromkeys(PARTS, 0),
            **change,
            "balance": self.sums["active"],
            "event": entry.event,
            "source": "migration",
            "related": None,
            "comment": "",
            "external_id": None,
            "lot": None,
            "at": entry.at,
            "estimated": True,
        }

    def _change(self, entry: Any, points: int, transfer_id: str) -> dict[str, int]:
        match entry.kind:
            case "award":
                if entry.late:
                    return {"pending": points, "earned": points, "qualifying": points}
                self.active.add(entry.lot)
                return {"active": points, "earned": points, "qualifying": points}
            case "activate":
                self.active.add(entry.lot)
                return {"pending": -points, "active": points}
            case "deduct":
                self._take(transfer_id, points, entry.at)
                return {"active": -points, "spent": points}
            case _:
                self.expired[entry.lot] = (transfer_id, points)
                self.left[entry.lot] = self.left.get(entry.lot, 0) - points
                return {"active" if entry.lot in self.active else "pending": -points, "expired": points}

    def _take(self, transfer: str, points: int, at: datetime) -> None:
        """Take from lots as it was done then: what expires first, then by id."""
        taken = _Deduction(transfer)
        self.taken.append(taken)
        for lot in sorted((self.lots[each] for each in self.active if each in self.lots), key=_spending_order):
            share = min(points, self.left[lot.id]) if lot.expires_at is None or lot.expires_at > at else 0
            if share > 0:
                taken.take(lot.id, share)
                self.left[lot.id] -= share
                points -= share
        taken.missing = points

    def _agree(self) -> None:
        """Move shares of deductions, the latest first, from lots of which more is left to lots of which less is."""
        lots = sorted(self.lots.values(), key=_spending_order)
        for taken in reversed(self.taken):
            for lot in lots:
                back = min(taken.shares.get(lot.id, 0), max(0, lot.remaining - self.left[lot.id]))
                if back:
                    taken.take(lot.id, -back)
                    taken.missing += back
                    self.left[lot.id] += back
            for lot in lots:
                share = min(taken.missing, max(0, self.left[lot.id] - lot.remaining))
                if share:
                    taken.take(lot.id, share)
                    taken.missing -= share
                    self.left[lot.id] -= share

    def _correction(self, last: Any, number: int) -> tuple[list[dict[str, Any]], list[tuple[str, str, int]]]:
        """A transfer for what entries do not explain of the lots, with its allocations; none in a sound account."""
        transfer = _caused_id(self.account, "correction")
        corrected = [(transfer, each.id, each.remaining - self.left[each.id]) for each in self.lots.values()]
        left = {"active": 0, "pending": 0}
        for lot in self.lots.values():
            left["active" if lot.active_from is None else "pending"] += lot.remaining
        change = {part: points - self.sums[part] for part, points in left.items()}
        if not any(change.values()) and not any(more for _, _, more in corrected):
            return [], []
        total = sum(change.values())
        kind = "add" if total >= 0 else "take_back"
        return [self._row(transfer, number, kind, abs(total), change, last)], corrected


@dataclass(frozen=True)
class _Entry:
    """An entry, and whether its points were pending at first."""

    row: Any
    late: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def more(self) -> int:
        """What it added to the active balance, as that was counted then."""
        if self.row.kind == "award":
            return 0 if self.late else int(self.row.points)
        return int(self.row.points) if self.row.kind == "activate" else -int(self.row.points)


def _in_order(entries: list[Any], late: set[str]) -> list[_Entry]:
    """Order the entries as they were written: ids tell the millisecond, and balances the order within it."""
    by_id = sorted((_Entry(each, each.lot in late) for each in entries), key=attrgetter("id"))
    found: list[_Entry] = []
    balance = 0
    for _, together in groupby(by_id, key=lambda each: each.id[:MILLISECOND]):
        waiting = list(together)
        while waiting:
            following = next((each for each in waiting if each.balance == balance + each.more), waiting[0])
            waiting.remove(following)
            found.append(following)
            balance = following.balance
    return found


def _spending_order(lot: Any) -> tuple[datetime, str]:
    return lot.expires_at or datetime.max.replace(tzinfo=UTC), lot.id


def _caused_id(cause: str, effect: str) -> str:
    digest = sha1(bytes.fromhex(cause.replace("-", "")) + effect.encode(), usedforsecurity=False).digest()
    text = bytearray(digest[:16])
    text[6] = text[6] & 0x0F | 0x50
    text[8] = text[8] & 0x3F | 0x80
    name = text.hex()
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
