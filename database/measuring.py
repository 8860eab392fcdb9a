"""Metrics of how long transactions wait and take."""

from collections.abc import Mapping
from time import perf_counter
from types import TracebackType
from typing import Literal, TypeAlias

from prometheus_client import Counter, Histogram

from telemetry.metrics import TRANSACTION_SECONDS, TRANSACTION_WAIT_SECONDS, TRANSACTIONS

TransactionKind: TypeAlias = Literal["read", "write"]


class measured:  # noqa: N801 - used as `with measured(...)`, and a class costs half of what a generator does
    """Measures one transaction, from when it was submitted (`perf_counter`), and counts its outcome."""

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
    """Count transactions of one commit, and how many seconds the first of them waited before it began."""
    ended = _OF_KIND[kind]
    if committed:
        ended.committed.inc(committed)
    if rolled_back:
        ended.rolled_back.inc(rolled_back)
    ended.waited.observe(waited)
    ended.took.observe(perf_counter() - began)


class _Metrics:
    """The metrics of one kind of transaction, looked up once."""

    def __init__(self, kind: TransactionKind) -> None:
        self.committed: Counter = TRANSACTIONS.labels(kind, "committed")
        self.rolled_back: Counter = TRANSACTIONS.labels(kind, "rolled_back")
        self.waited: Histogram = TRANSACTION_WAIT_SECONDS.labels(kind)
        self.took: Histogram = TRANSACTION_SECONDS.labels(kind)


_OF_KIND: Mapping[TransactionKind, _Metrics] = {"read": _Metrics("read"), "write": _Metrics("write")}
