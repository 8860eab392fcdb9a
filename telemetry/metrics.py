"""Every metric of Laurel: its name, its labels, what it counts. `docs/observing.md` lists them from here.

Labels have few values: stores, routes by their template, outcomes, codes; never an id, never personal data.
"""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from telemetry.labels import BoundedLabel

REGISTRY = CollectorRegistry()
"""The metrics of this process."""

MAX_STORES = 200
MAX_CODES = 300
MAX_KINDS = 50

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LONG_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
SHORT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)

EVENTS_ACCEPTED = Counter(
    "laurel_events_accepted", "Events stored, reported and built in.", ["store"], registry=REGISTRY
)
EVENTS_SETTLED = Counter(
    "laurel_events_settled",
    "Events that came to an end: applied, or failed. One that is run again after a crash may count twice.",
    ["store", "outcome"],
    registry=REGISTRY,
)
EVENT_SECONDS = Histogram(
    "laurel_event_duration_seconds",
    "From the moment an event is stored until all that it causes is applied.",
    ["store"],
    registry=REGISTRY,
    buckets=LONG_SECONDS,
)
EVENTS_IN_FLIGHT = Gauge(
    "laurel_events_in_flight", "Events whose workflows this process started and runs now.", registry=REGISTRY
)
DUE_ITEMS_RUN = Counter(
    "laurel_due_items_run",
    "Due items that were run, or set aside because of an error, by kind.",
    ["store", "kind", "outcome"],
    registry=REGISTRY,
)
EVENTS_REMOVED = Counter(
    "laurel_events_details_removed",
    "Old events whose body, decision, steps and messages were removed.",
    ["store"],
    registry=REGISTRY,
)
DELIVERY_ATTEMPTS = Counter(
    "laurel_delivery_attempts",
    "Attempts to deliver a webhook: delivered, failed (another attempt follows), or given_up.",
    ["outcome"],
    registry=REGISTRY,
)
DELIVERY_SECONDS = Histogram(
    "laurel_delivery_attempt_duration_seconds",
    "How long a receiver took to answer an attempt.",
    registry=REGISTRY,
    buckets=SECONDS,
)
REFUSALS = Counter(
    "laurel_refusals",
    "Requests that the API refused, by the code of the first error in the answer, or else its status.",
    ["code"],
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "laurel_http_request_duration_seconds",
    "Requests to the API, by method, template of the route and status of the answer.",
    ["method", "route", "status"],
    registry=REGISTRY,
    buckets=SECONDS,
)
HTTP_IN_PROGRESS = Gauge("laurel_http_requests_in_progress", "Requests that are being answered now.", registry=REGISTRY)
TRANSACTIONS = Counter(
    "laurel_database_transactions",
    "Transactions, by kind (read, write) and outcome (committed, rolled_back).",
    ["kind", "outcome"],
    registry=REGISTRY,
)
TRANSACTION_WAIT_SECONDS = Histogram(
    "laurel_database_wait_seconds",
    "How long a transaction waited for the writer of SQLite, or for a connection of PostgreSQL; of those that SQLite "
    "commits together, the longest.",
    ["kind"],
    registry=REGISTRY,
    buckets=SHORT_SECONDS,
)
TRANSACTION_SECONDS = Histogram(
    "laurel_database_transaction_duration_seconds",
    "How long a transaction took from its beginning to its end; SQLite commits several writes in one.",
    ["kind"],
    registry=REGISTRY,
    buckets=SHORT_SECONDS,
)
LOOP_LAG_SECONDS = Histogram(
    "laurel_event_loop_lag_seconds",
    "How late the event loop woke a timer, once a second: what computes in it holds up everything else.",
    registry=REGISTRY,
    buckets=SECONDS,
)
BUILD = Gauge("laurel_build_info", "Always 1; the label is the version of Laurel.", ["version"], registry=REGISTRY)

bounded_store = BoundedLabel(MAX_STORES)
bounded_code = BoundedLabel(MAX_CODES)
bounded_kind = BoundedLabel(MAX_KINDS)

ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)


@cache
def _accepted(store: str) -> Counter:
    return EVENTS_ACCEPTED.labels(store)


@cache
def _settled(store: str, outcome: str) -> Counter:
    return EVENTS_SETTLED.labels(store, outcome)


@cache
def _event_seconds(store: str) -> Histogram:
    return EVENT_SECONDS.labels(store)


def count_accepted_events(store: str, number: int) -> None:
    """Count events that a transaction stored, once it is committed."""
    _accepted(bounded_store(store)).inc(number)


def count_attempt(*, is_delivered: bool, goes_on: bool, seconds: float) -> None:
    """Count an attempt to deliver a webhook; `goes_on`: another one follows."""
    DELIVERY_ATTEMPTS.labels("delivered" if is_delivered else "failed" if goes_on else "given_up").inc()
    DELIVERY_SECONDS.observe(seconds)


def count_due_item(store: str, kind: str, outcome: str) -> None:
    """Count a due item that was run or set_aside."""
    DUE_ITEMS_RUN.labels(bounded_store(store), bounded_kind(kind), outcome).inc()


def count_removed_details(store: str, number: int) -> None:
    """Count events whose details were removed."""
    EVENTS_REMOVED.labels(bounded_store(store)).inc(number)


def count_refusal(code: str) -> None:
    """Count a request that the API refused."""
    REFUSALS.labels(bounded_code(code)).inc()


def count_settled_event(store: str, outcome: str, seconds: float | None) -> None:
    """Count an event that was settled; `seconds` None: its duration is unknown, or it was not applied."""
    label = bounded_store(store)
    _settled(label, outcome).inc()
    if seconds is not None:
        _event_seconds(label).observe(seconds)
