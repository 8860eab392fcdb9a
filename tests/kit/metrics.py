"""What metrics of this process count while a test runs."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics import MetricWrapperBase

from telemetry import metrics
from telemetry.metrics import REGISTRY
from workflows.system_metrics import CLOCK_RUNNING, OF_STORES, OF_THE_SYSTEM


def value(name: str, **labels: str) -> float:
    """The value of one time series; 0 if it is not there yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def growth(name: str, **labels: str) -> Callable[[], float]:
    """By how much a time series has grown since this was called."""
    before = value(name, **labels)
    return lambda: value(name, **labels) - before


def documented_rows() -> Iterator[str]:
    """A row for each metric of Laurel, as the page for ops has them: name, kind, labels, what it is."""
    for each in vars(metrics).values():
        if isinstance(each, MetricWrapperBase):
            name = f"{each._name}_total" if each._type == "counter" else each._name
            yield _row(name, each._type, each._labelnames, each._documentation)
    for name, text in OF_THE_SYSTEM.items():
        yield _row(name, "gauge", (), text)
    for name, (text, _) in OF_STORES.items():
        yield _row(name, "gauge", ("store",), text)
    yield _row(CLOCK_RUNNING[0], "gauge", ("store",), CLOCK_RUNNING[1])


def _row(name: str, kind: str, labels: tuple[str, ...], text: str) -> str:
    return f"| `{name}` | {kind} | {', '.join(labels)} | {text} |".replace("|  |", "| |")


def exposed_names() -> set[str]:
    """The names of all time series that Laurel's metrics have."""
    names = set()
    for row in documented_rows():
        name, kind = row.split("`")[1], row.split("|")[2].strip()
        names |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return names
