"""Checks of an audit: each is one statement that finds the rows that violate it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, assert_never

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, bindparam, case, literal, or_, select

from database.damaged import DamagedInstant
from database.tables import Instant
from loyalty.program.wallets import exact_amount

Unit: TypeAlias = Literal["points", "number", "text", "instant"]
"""The unit of compared values: points are stored in millionths of a wallet's unit, and shown in units."""

Subject: TypeAlias = Literal[
    "member",
    "wallet",
    "account",
    "transfer",
    "lot",
    "reward",
    "event",
    "due item",
    "achievement",
    "reactor",
    "day",
    "row",
]
"""What a finding is about."""

Subjects: TypeAlias = Mapping[Subject, ColumnElement[Any]]
"""The columns that identify what a finding is about."""

Value: TypeAlias = Decimal | int | str | None

STORE: ColumnElement[str] = bindparam("in_store")
NOW: ColumnElement[datetime] = bindparam("now", type_=Instant())


PAGE = 1_000
"""Rows that are read at once."""

THERE, MISSING = "there", "missing"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values of a row that must be equal; `name` describes them."""

    name: str
    expected: ColumnElement[Any]
    actual: ColumnElement[Any]
    unit: Unit = "points"


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation. Points are in units of the wallet, instants are ISO 8601 in UTC."""

    check: str
    store: str
    subjects: Mapping[Subject, str]
    what: str
    expected: Value
    actual: Value
    cure: str
    """What to do."""

    def __str__(self) -> str:
        subjects = ", ".join(f"{name} {value}" for name, value in self.subjects.items())
        actual, expected = ("nothing" if each is None else each for each in (self.actual, self.expected))
        return f"{subjects}: {self.what} is {actual}, expected {expected}"


class Proof(Protocol):
    """A condition that holds in a sound store, and finds its violations."""

    @property
    def name(self) -> str:
        """The name of the check; several proofs may have the same."""

    @property
    def promise(self) -> str:
        """What holds in a sound store."""

    @property
    def cure(self) -> str:
        """What to do if it does not hold."""

    def run(self, connection: Connection, store: str, now: datetime) -> "Iterator[Finding]":
        """Yield the violations in a store."""


@dataclass(frozen=True, slots=True)
class Check:
    """A statement over the rows of a store. Each difference between compared values of a row is a finding."""

    name: str
    promise: str
    """What holds in a sound store."""
    cure: str
    source: FromClause
    where: ColumnElement[bool]
    subjects: Subjects
    comparisons: tuple[Comparison, ...]

    def run(self, connection: Connection, store: str, now: datetime) -> Iterator[Finding]:
        """Yield the violations in a store."""
        rows = connection.execute(
            self.statement, {"in_store": store, "now": now}, execution_options={"yield_per": PAGE}
        )
        for row in rows:
            yield from self.findings(store, row)

    @property
    def statement(self) -> Select[Any]:
        """Return the statement that selects the rows with a difference."""
        compared = [column for each in self.comparisons for column in (each.expected, each.actual)]
        columns = [*self.subjects.values(), *compared]
        numbered = [column.label(f"column_{number}") for number, column in enumerate(columns)]
        differs = or_(*(each.expected.is_distinct_from(each.actual) for each in self.comparisons))
        return select(*numbered).select_from(self.source).where(self.where, differs)

    def findings(self, store: str, row: Row[Any]) -> Iterator[Finding]:
        """Return a finding for each difference in a row of the statement."""
        count = len(self.subjects)
        subjects = {name: str(value) for name, value in zip(self.subjects, row[:count], strict=True) if value}
        pairs = zip(row[count::2], row[count + 1 :: 2], strict=True)
        for each, (expected, actual) in zip(self.comparisons, pairs, strict=True):
            is_damaged = isinstance(expected, DamagedInstant) or isinstance(actual, DamagedInstant)
            if is_damaged or expected != actual:
                wanted, found = _shown(expected, each.unit), _shown(actual, each.unit)
                yield Finding(self.name, store, subjects, each.name, wanted, found, self.cure)


def _shown(value: Any, unit: Unit) -> Value:
    if value is None:
        return None
    if isinstance(value, DamagedInstant):
        return value.reason
    if unit in ("points", "number") and isinstance(value, str):  # SQLite keeps any text in any column
        return value
    match unit:
        case "points":
            return exact_amount(int(value))
        case "number":
            return int(value)
        case "text":
            return str(value)
        case "instant":
            return str(value.astimezone(UTC).isoformat())
        case _:
            assert_never(unit)


def same(name: str, expected: ColumnElement[Any], actual: ColumnElement[Any]) -> Comparison:
    """Compare two texts."""
    return Comparison(name, expected, actual, "text")


def exists(name: str, key: ColumnElement[Any]) -> Comparison:
    """Require a row of an outer join: `key` is a column of it that is never null."""
    return same(name, literal(THERE), case((key.is_(None), MISSING), else_=THERE))


def same_if_there(
    name: str, key: ColumnElement[Any], expected: ColumnElement[Any], actual: ColumnElement[Any]
) -> Comparison:
    """Compare texts with a row of an outer join, if there is one."""
    return same(name, case((key.is_(None), actual), else_=expected), actual)


def at_least_zero(name: str, amount: ColumnElement[Any]) -> Comparison:
    """Require an amount of points that is not negative."""
    return Comparison(name, case((amount < 0, 0), else_=amount), amount)
