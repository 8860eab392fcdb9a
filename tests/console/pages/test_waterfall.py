"""The answers of reactors and achievements in words, without a trace of how they are stored."""

from decimal import Decimal
from typing import Any

import pytest

from console.pages.formats import as_words
from console.pages.waterfall import Step, Waterfall


def step_of(because: str, *leaves: dict[str, Any], more: int = 0) -> Step:
    answer = {"source": "reactor/web", "verdict": "condition_false", "because": because, "place": "r.yaml:1:1"}
    (step,) = Waterfall.of([{**answer, "effects": [], "reason": {"leaves": leaves, "more": more}}]).reactors
    return step


def leaf(value: Any, **more: Any) -> dict[str, Any]:
    return {"place": "r.yaml:3:1", "actual": {"event.body.total": value}, "needed": ">= 20", **more}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12, "event.body.total is 12"),
        (Decimal("1.50"), "event.body.total is 1.5"),
        ("web", 'event.body.total is "web"'),
        (None, "event.body.total is missing"),
        (True, "event.body.total is true"),
        ({"array of": 3}, "event.body.total is an array of 3"),
        ({"object of": 2}, "event.body.total is an object"),
        (["a", 1], 'event.body.total is ["a", 1]'),
    ],
)
def test_an_actual_value_is_shown_as_rules_show_it(value: Any, shown: str) -> None:
    (failed,) = step_of("", leaf(value)).failed

    assert failed.actual == shown


def test_a_reason_is_not_said_twice() -> None:
    said = "event.body.total is 12, needed >= 20"

    once = step_of(said, leaf(12)).only_failed

    assert once is not None
    assert once.place == "r.yaml:3:1"
    others = [step_of("another reason", leaf(12)), step_of(said, leaf(12), leaf(13)), step_of(said, leaf(12), more=1)]
    others.append(step_of(said, leaf(12, within=["gold"])))
    assert [each.only_failed for each in others] == [None] * 4


@pytest.mark.parametrize(
    ("effect", "shown"),
    [
        (
            {"wallet": "points", "points": 12, "expires": {"after": "90d"}},
            "wallet points, points 12, expires after 90d",
        ),
        ("early-bird", "early-bird"),
        ({"name": "vip", "value": True}, "name vip, value true"),
        ({"url": "https://x.example", "body": {"member": {"id": 1}}}, ""),
        ({"body": {"items": [1]}}, ""),
        ({}, ""),
    ],
)
def test_an_effect_is_shown_in_words_or_as_json(effect: Any, shown: str) -> None:
    assert as_words(effect) == shown
