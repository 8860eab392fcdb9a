"""Metrics have good names, and labels with few values."""

import re

import pytest

from telemetry import metrics
from telemetry.labels import OTHER, BoundedLabel
from telemetry.metrics import REGISTRY
from tests.kit.metrics import growth

OURS = sorted(metric.name for metric in REGISTRY.collect() if metric.name.startswith("laurel_"))


def test_a_label_lets_so_many_values_through_and_no_more():
    label = BoundedLabel(2)

    assert [label(text) for text in ("a", "b", "c", "a", "d")] == ["a", "b", OTHER, "a", OTHER]


@pytest.mark.parametrize("name", OURS)
def test_a_metric_is_named_as_prometheus_asks_for(name: str):
    assert re.fullmatch(r"laurel(_[a-z]+)+", name)
    assert not name.endswith("_total"), "the client adds it to counters"


def test_more_stores_than_have_a_time_series_of_their_own_share_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "bounded_store", BoundedLabel(1))
    grown = growth("laurel_events_settled_total", store=OTHER, outcome="applied")

    for store in ("first", "second", "third"):
        metrics.count_settled_event(store, "applied", None)

    assert grown() == 2
