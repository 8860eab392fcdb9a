"""What support can tell the customer of an event."""

from typing import Any

import pytest

from console.events.customer_answer import customer_answer
from console.pages.waterfall import Waterfall

LEAF = {"place": "r.yaml:3:1", "actual": {"event.body.total": 12}, "needed": ">= 20"}


def answer(*decision: dict[str, Any], entries: list[dict[str, Any]] | None = None) -> str:
    outcome = {"entries": entries or []}
    event = {"eventName": "A purchase", "eventDate": "2026-05-01T10:00:00+02:00", "outcome": outcome}
    known = list(decision)
    return customer_answer(event | {"decision": known}, Waterfall.of(known))


def said(verdict: str, **reason: Any) -> dict[str, Any]:
    step = {"source": "reactor/double-on-web", "verdict": verdict, "because": "", "place": "r.yaml:1:1", "effects": []}
    return step | {"reason": reason}


def test_what_was_given_is_said_without_reasons() -> None:
    given = [{"kind": "award", "points": 1200, "wallet": "points"}, {"kind": "deduct", "points": 5, "wallet": "points"}]

    assert (
        answer(said("condition_false", leaves=[LEAF]), entries=given) == "“A purchase” of 2026-05-01 gave 1,200 points."
    )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (
            said("condition_false", leaves=[LEAF]),
            "For the offer “double on web” at least 20 is needed, and total is 12.",
        ),
        (
            said("condition_false", leaves=[LEAF | {"actual": {"event.body.items": {"array of": 1}}}]),
            "For the offer “double on web” at least 20 is needed.",
        ),
        (said("limit_reached"), "The offer “double on web” did not apply: its limit was reached."),
        (said("no_longer_active"), "The offer “double on web” did not apply: it was over."),
    ],
)
def test_why_there_was_nothing_is_said_in_plain_words(step: dict[str, Any], expected: str) -> None:
    assert answer(step) == f"“A purchase” of 2026-05-01 gave no points. {expected}"


@pytest.mark.parametrize(("because", "shown"), [("progress 0 to 1 of 7", " (progress 0 to 1 of 7)"), ("", "")])
def test_what_counts_for_an_achievement_is_said(because: str, shown: str) -> None:
    counted = {"source": "achievement/seven-days", "verdict": "counted", "because": because}
    step = counted | {"place": "a.yaml:1:1", "effects": [], "reason": {}}

    said_of_it = answer(said("condition_false", leaves=[LEAF]), step)

    assert said_of_it == f"“A purchase” of 2026-05-01 gave no points, but counts: “seven days”{shown}."


def test_what_no_offer_is_for_and_what_is_not_decided_yet() -> None:
    waiting = {"eventName": "A purchase", "eventDate": "2026-05-01T10:00:00+02:00", "decision": None}

    assert answer() == "“A purchase” of 2026-05-01 gave no points: no offer of the program is for it."
    assert "is being worked on" in customer_answer(waiting, Waterfall.of([]))
