"""How long transactions wait and take, as metrics."""

from functools import cache
from time import perf_counter
from types import TracebackType
from typing import Literal, TypeAlias

from prometheus_client import Counter, Histogram

from telemetry.metrics import TRANSACTION_SECONDS, TRANSACTION_WAIT_SECONDS, TRANSACTIONS

TransactionKind: TypeAlias = Literal["read", "write"]


class measured:  # noqa: N801 - used as `with measured(...)`, and a class costs half of what a generator does
    """Measures one transaction, from when it was submitted (`perf_counter`), and counts how it ended."""

    __slots__ = ("_began", "_kind", "_waited")

    def __init__(self, kind: TransactionKind, submitted: float) -> None:
        self._kind = kind
        self._began = perf_counter()
        self._waited = self._began - submitted

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        committed = int(error_type is None)
        count_transactions(
            self._kind, committed=committed, rolled_back=1 - committed, waited=self._waited, began=self._began
        )


def count_transactions(kind: TransactionKind, *, committed: int, rolled_back: int, waited: float, began: float) -> None:
    """Count transactions that ended together, of which the first waited so many seconds before they began."""
    if committed:
        _ended(kind, "committed").inc(committed)
    if rolled_back:
        _ended(kind, "rolled_back").inc(rolled_back)
    _waited(kind).observe(waited)
    _took(kind).observe(perf_counter() - began)


@cache
def _ended(kind: TransactionKind, outcome: str) -> Counter:
    return TRANSACTIONS.labels(kind, outcome)


@cache
def _waited(kind: TransactionKind) -> Histogram:
    return TRANSACTION_WAIT_SECONDS.labels(kind)


@cache
def _took(kind: TransactionKind) -> Histogram:
    return TRANSACTION_SECONDS.labels(kind)
