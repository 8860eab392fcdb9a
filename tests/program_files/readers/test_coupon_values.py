"""Rules of the value of coupons, which read the event of the reactors that issue the reward."""

from datetime import UTC, datetime

import pytest

from program_files import check_program
from tests.program_files.cases import GOOD

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALUE = "coupon: {value: {'*': [{var: event.body.total}, 0.05]}, type: money}\n"
BACK = f"reward: back\n{VALUE}"
ON_PURCHASE = "reactor: back\non: purchase\nthen: [{issue_reward: back}]\n"
ON_VISIT = "reactor: visit\non: visit\nthen: [{issue_reward: back}]\n"
VISIT = "event: visit\nbody: {type: object, required: [total], properties: {total: {type: string}}}\n"
WITHOUT = "event: visit\nbody: {type: object, properties: {total: {type: number}}}\n"
COMPLETED = "achievement: a\non: purchase\ngoal: 3\nthen: [{issue_reward: back}]\n"


def found(**files: str) -> list[str]:
    texts = {name.replace("__", "/") + ".yaml": text.encode() for name, text in files.items()}
    return [str(each).partition(". Did you mean")[0] for each in check_program({**GOOD, **texts}, now=NOW).problems]


def test_a_reward_without_a_price_is_worth_what_the_event_says() -> None:
    assert found(rewards__back=BACK, reactors__back=ON_PURCHASE) == []


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "unknown-path: event.body.total is unknown"),
        ({"rewards__back": f"{BACK}price: 5\n", "reactors__back": ON_PURCHASE}, "unknown-path: event.body.total"),
        ({"reactors__v": ON_VISIT, "events__visit": VISIT}, "wrong-type: event.body.total is text"),
        ({"reactors__v": ON_VISIT, "events__visit": WITHOUT}, "may-be-missing: event.body.total may be missing"),
        ({"achievements__a": COMPLETED}, "unknown-path: event.body.total is unknown"),
        (
            {"reactors__back": ON_PURCHASE, "reactors__v": ON_VISIT, "events__visit": WITHOUT},
            "may-be-missing: event.body.total may be missing",
        ),
    ],
    ids=["nobody issues it", "it is sold", "a text", "it may be missing", "by a completion", "one of two reactors"],
)
def test_what_one_of_those_that_issue_it_does_not_have_is_an_error(files: dict[str, str], problem: str) -> None:
    (noted,) = found(**{"rewards__back": BACK, **files})

    assert noted.startswith("rewards/back.yaml:2:")
    assert problem in noted


def test_a_problem_with_two_reactors_is_noted_once() -> None:
    other = ON_VISIT.replace("on: visit", "on: purchase")
    back = BACK.replace("event.body.total", "event.body.totl")

    (noted,) = found(rewards__back=back, reactors__back=ON_PURCHASE, reactors__v=other)

    assert noted.startswith("rewards/back.yaml:2:30: unknown-path: event.body.totl is unknown")


def test_an_unknown_event_type_is_the_only_problem() -> None:
    (noted,) = found(rewards__back=BACK, reactors__v=ON_VISIT)

    assert noted.startswith("reactors/v.yaml:2:5: unknown-event-type")


def test_an_error_of_the_event_type_is_the_only_problem() -> None:
    (noted,) = found(rewards__back=BACK, reactors__v=ON_VISIT, events__visit="event: visit\nbdy: {type: object}\n")

    assert noted.startswith("events/visit.yaml:2:1: unknown-key")
