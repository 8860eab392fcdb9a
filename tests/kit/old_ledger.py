"""Rows of the ledger as it was before transfers: balances, entries and lots, in the smallest units of wallets."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, MetaData, String, Table, Text, insert

from database.tables import Instant

START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
_TABLES = MetaData()


def _table(name: str, texts: str, numbers: str, moments: str) -> Table:
    return Table(
        name,
        _TABLES,
        *(Column(each, String) for each in texts.split()),
        *(Column(each, BigInteger) for each in numbers.split()),
        *(Column(each, Instant) for each in moments.split()),
    )


BALANCE = _table("balance", "member wallet store", "active pending earned spent expired", "")
ENTRY = _table("entry", "id store member wallet kind lot event source", "points balance", "at")
LOT = _table("lot", "id store member wallet event", "points remaining", "active_from expires_at created_at")
MEMBER = _table("member", "id store profile attributes", "tier_base", "registered_at created_at updated_at")
MEMBER.append_column(Column("active", Boolean))
STORE = _table("store", "code secret", "", "created_at")
REVISION = Table(
    "revision",
    _TABLES,
    *(Column(each, Text) for each in ("store", "hash", "files", "deployed_by")),
    Column("number", Integer),
    Column("deployed_at", Instant),
)


@dataclass
class OldLedger:
    """The ledger of one member in one wallet, written by the rules of that time."""

    store: str
    member: str
    wallet: str
    random: Random
    lots: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, dict[str, int]] = field(default_factory=dict)
    """What each deduction took from lots."""
    balance: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    now: datetime = START

    def award(self, points: int, *, expires: int | None = None, pending: int | None = None) -> str:
        """Add points that expire, and become active, after so many days; return the lot."""
        self._wait()
        lot = self._id()
        self.lots[lot] = {
            "id": lot,
            "points": points,
            "remaining": points,
            "active_from": self._after(pending),
            "expires_at": self._after(expires),
            "event": self._id(),
            "created_at": self.now,
        }
        self._post("award", points, lot, earned=points, **{"active" if pending is None else "pending": points})
        return lot

    def activate(self, lot: str) -> None:
        self._wait()
        self.lots[lot]["active_from"] = None
        points = self.lots[lot]["remaining"]
        self._post("activate", points, lot, active=points, pending=-points)

    def expire(self, lot: str) -> None:
        """What is left of a lot expires; it left the active balance, also if it was pending."""
        self._wait()
        points = self.lots[lot]["remaining"]
        self.lots[lot]["remaining"] = 0
        self._post("expire", points, lot, active=-points, expired=points)

    def deduct(self, points: int, *, at_once: bool = False) -> str:
        """Take from active lots, what expires first, then by id; `at_once`: in the millisecond of what was before."""
        if not at_once:
            self._wait()
        shares: dict[str, int] = {}
        usable = [
            lot
            for lot in self.lots.values()
            if lot["active_from"] is None and (lot["expires_at"] is None or lot["expires_at"] > self.now)
        ]
        for lot in sorted(usable, key=lambda lot: (lot["expires_at"] is None, lot["expires_at"] or START, lot["id"])):
            if share := min(points - sum(shares.values()), lot["remaining"]):
                lot["remaining"] -= share
                shares[lot["id"]] = share
        entry = self._post("deduct", points, None, active=-points, spent=points)
        self.taken[entry] = shares
        return entry

    def insert(self, connection: Connection) -> None:
        """Write the rows."""
        whose = {"store": self.store, "member": self.member, "wallet": self.wallet}
        connection.execute(insert(LOT), [whose | each for each in self.lots.values()])
        connection.execute(insert(ENTRY), [whose | each for each in self.entries])
        parts = dict.fromkeys(("active", "pending", "earned", "spent", "expired"), 0)
        connection.execute(insert(BALANCE), whose | parts | self.balance)

    def _post(self, kind: str, points: int, lot: str | None, **change: int) -> str:
        for part, more in change.items():
            self.balance[part] += more
        entry = {
            "id": self._id(),
            "kind": kind,
            "points": points,
            "balance": self.balance["active"],
            "lot": lot,
            "event": self.lots[lot]["event"] if kind == "award" and lot in self.lots else self._id(),
            "source": f"reactor/{kind}",
            "at": self.now,
        }
        self.entries.append(entry)
        return str(entry["id"])

    def _wait(self) -> None:
        self.now += timedelta(hours=1)

    def _after(self, days: int | None) -> datetime | None:
        return None if days is None else self.now + timedelta(days=days)

    def _id(self) -> str:
        """An id as they are: the millisecond, and then any digits."""
        text = f"{int(self.now.timestamp() * 1000):012x}{self.random.getrandbits(80):020x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def insert_store(connection: Connection, store: str, *programs: str) -> None:
    """Write a store and its revisions, from the texts of `program.yaml`."""
    connection.execute(insert(STORE), {"code": store, "secret": "s", "created_at": START})
    for number, program in enumerate(programs, 1):
        files = f'{{"program.yaml": {_quoted(program)}}}'
        row = {"store": store, "number": number, "hash": str(number), "files": files}
        connection.execute(insert(REVISION), row | {"deployed_at": START, "deployed_by": "test"})


def insert_member(connection: Connection, store: str, member: str, *, tier_base: int = 0) -> None:
    """Write a member."""
    moments = dict.fromkeys(("registered_at", "created_at", "updated_at"), START)
    row = {"id": member, "store": store, "profile": "{}", "attributes": "{}", "tier_base": tier_base, "active": True}
    connection.execute(insert(MEMBER), row | moments)


def _quoted(text: str) -> str:
    escaped = text.replace("\n", "\\n")
    return f'"{escaped}"'
