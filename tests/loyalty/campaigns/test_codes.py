"""Redemption codes in designers' tests: a reactor fires for a code of its own, as often as it can be used."""

import pytest

from tests.workbench.scenarios.stories import missed, program, story
from workbench.scenarios.running import ScenarioResult

WINTER = """\
reactor: winter
on: promo
code: {is: {var: event.body.code}, uses: 2}
then: [{award_points: {points: 10}}]
limits: [{every: ever, times: 1}]
"""
PROMO = "event: promo\nbody: {type: object, required: [code], properties: {code: {type: string}}}\n"


def run_test(text: str) -> ScenarioResult:
    """The result of a test of the program with a reactor that needs codes."""
    return story(text, program(reactors__winter=WINTER, events__promo=PROMO))


def test_a_code_is_used_by_the_events_that_fire_whatever_its_case() -> None:
    result = run_test("""\
        codes: {winter: [ABC, DEF]}
        members: {ann: {}, bob: {}, eve: {}}
        steps:
          - {event: promo, body: {code: XYZ}, member: ann}
          - expect: {points: 0}
            member: ann
          - {event: promo, body: {code: " abc"}, member: ann}
          - {event: promo, body: {code: ABC}, member: ann}
          - expect: {points: 10}
            member: ann
          - {event: promo, body: {code: ABC}, member: bob}
          - expect: {points: 10}
            member: bob
          - {event: promo, body: {code: ABC}, member: eve}
          - expect: {points: 0}
            member: eve
          - {event: promo, body: {code: DEF}, member: eve}
          - expect: {points: 10}
            member: eve
        """)

    assert missed(result) == {}
    assert result.verdict == "passed"


def test_without_a_list_every_text_is_a_code() -> None:
    result = run_test("""\
        steps:
          - {event: promo, body: {code: anything}}
          - expect: {points: 10}
        """)

    assert result.verdict == "passed"


@pytest.mark.parametrize("code", ['""', '"   "'])
def test_an_empty_text_is_no_code(code: str) -> None:
    result = run_test(f"""\
        steps:
          - {{event: promo, body: {{code: {code}}}}}
          - expect: {{points: 0}}
        """)

    assert result.verdict == "passed"


def test_a_rule_that_takes_too_long_gives_no_code_and_other_reactors_fire() -> None:
    inner = f"{{reduce: [{[1] * 500}, {{'+': [{{var: accumulator}}, 1]}}, 0]}}"
    too_long = f"{{reduce: [{{var: event.body.n}}, {{'+': [{{var: accumulator}}, {inner}]}}, 0]}}"
    code = f"{{is: {{if: [{{'>': [{too_long}, 0]}}, ABC, DEF]}}}}"
    coded = f"reactor: coded\non: counted\ncode: {code}\nthen: [{{grant_badge: b}}]\n"
    plain = "reactor: plain\non: counted\nthen: [{award_points: {points: 10}}]\n"
    numbers = "{n: {type: array, items: {type: integer}}}"
    counted = f"event: counted\nbody: {{type: object, required: [n], properties: {numbers}}}\n"

    result = story(
        f"""\
        codes: {{coded: [ABC, DEF]}}
        steps:
          - {{event: counted, body: {{n: {[1] * 1000}}}}}
          - expect: {{points: 10, badges: []}}
        """,
        program(reactors__coded=coded, reactors__plain=plain, events__counted=counted),
    )

    assert missed(result) == {}
    assert result.verdict == "passed"
