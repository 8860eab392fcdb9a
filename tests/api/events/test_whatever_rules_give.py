"""Whatever rules give is either refused with a reason or written, and read again: on every database, by every view."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import rules
from activities.events import EventActivities
from activities.webhooks.deliveries import message_body
from loyalty.program.achievements import Achievement, CountDays, Distinct
from loyalty.program.effect_rules import CallWebhookRule, SetAttributeRule
from loyalty.program.logic import Logic, Place
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from rules.storable import find_excess
from tests.kit.api import Api
from tests.rules.strategies import any_rules, json_values

LISTS = "/api/DEFAULT/customEvent"
OPEN = "event: open\nbody: {type: object}\n"
ACHIEVEMENT = "achievement: seven-days\non: open\nmeasure: {distinct: {var: event.type}}\ngoal: 1000\n"
EVENT = {"type": "open", "eventDate": "2026-05-01T00:00:00", "customerData": {"email": "a"}}
HOSTILE: list[Any] = [
    {"*": [{"var": "event.body.big"}] * 30},
    {"reduce": [[1] * 199, [{"var": "accumulator"}], 0]},
    {"reduce": [[1] * 64, [{"var": "accumulator"}], 0]},
    {"reduce": [[1] * 17, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "é"]},
    {"/": [{"var": "event.body.big"}, 7]},
    {"/": [1, {"*": [{"var": "event.body.big"}] * 20}]},
    {"cat": ["a\0", {"var": "event.body.text"}]},
    {"cat": ["\ud83d", {"var": "event.body.text"}, "\ude00"]},
    {"var": "event"},
    {"var": "now"},
    {"var": ""},
]


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """So many values of a strategy, the same at each run."""
    found: list[Any] = []

    @settings(max_examples=count, database=None, derandomize=True, phases=[Phase.generate])
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def logic(rule: Any) -> Logic:
    expression = rules.parse(rule)
    place = Place("reactors/any.yaml", 1, 1)
    return Logic(expression, rules.compile(expression), place, lambda _: place)


def with_rules(program: Program, wanted: list[Any]) -> Program:
    """The program with a reactor and an achievement for each rule, as none of them passes `laurel check`."""
    (reactor,) = [each for each in program.reactors if each.on == "open"]
    (achievement,) = program.achievements

    def reacting(number: int, rule: Any) -> Reactor:
        value = logic(rule)
        call = CallWebhookRule("https://partner.example/hook", {"value": value}, ())
        return replace(reactor, name=f"r{number}", then=(SetAttributeRule(f"a{number}", value), call))

    def counting(number: int, rule: Any) -> Achievement:
        measure = Distinct(logic(rule)) if number % 2 else CountDays()
        return replace(achievement, name=f"c{number}", measure=measure, when=logic(rule) if number % 3 else None)

    numbered = list(enumerate(wanted))
    return replace(
        program,
        reactors=tuple(reacting(*each) for each in numbered),
        achievements=tuple(counting(*each) for each in numbered),
    )


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_a_rule_gives_is_read_again_or_was_refused_with_the_reason(api_anywhere: Api, seed: int) -> None:
    api = api_anywhere
    await api.deploy(
        events__open=OPEN,
        **{"achievements__seven-days": ACHIEVEMENT},
        reactors__any="reactor: any\non: open\nthen: [{grant_badge: x}]\n",
    )
    number, program = await api.programs.current("DEFAULT")
    wanted = HOSTILE if seed == 0 else drawn(any_rules, 50)  # what more of them set and send together is refused
    api.programs._compiled["DEFAULT", number] = with_rules(program, wanted)
    bodies = [{"big": 10**15, "text": "x", "items": [1] * 10}]
    bodies += [body for body in drawn(json_values, 12) if isinstance(body, dict) and find_excess(body) is None][:3]
    activities = EventActivities(api.database, api.programs)

    shown: list[Any] = []
    for body in bodies:
        answer = await api.http.post(LISTS, content=rules.exact.dumps({"event": EVENT | {"body": body}}))
        assert answer.status_code == 200, answer.text
        await activities.react_to_events(api.started, datetime.now(UTC))
        api.started.clear()
        details = await api.http.get(f"{LISTS}/{answer.json()['customEventId']}")
        assert details.status_code == 200, details.text
        shown.append(rules.exact.loads(details.content))

    assert [each["status"] for each in shown] == ["applied"] * len(bodies), [each["error"] for each in shown]
    assert len((await api.get(LISTS))["items"]) == len(bodies)
    member = await api.http.get(f"/api/DEFAULT/member/{shown[0]['customerId']}")
    assert member.status_code == 200, member.text
    kept = {each["key"]: each["value"] for each in rules.exact.loads(member.content)["customAttributes"]}
    for details in shown:
        decided = [effect for outcome in details["decision"] for effect in outcome["effects"]]
        given_ = {e["set_attribute"]["name"]: e["set_attribute"]["value"] for e in decided if "set_attribute" in e}
        assert given_.keys() <= kept.keys()
        called = [each["call_webhook"]["body"] for each in decided if "call_webhook" in each]
        sent = [await _sent(api, each["deliveryId"]) for each in details["deliveries"]]
        assert sorted(map(repr, sent)) == sorted(map(repr, called))
        refused = [each for each in details["decision"] if "no attribute" in each["because"]]
        assert len(given_) + len(refused) == len(wanted)


async def _sent(api: Api, delivery: str) -> Any:
    outbound = await api.database.store("DEFAULT").read(lambda tx: tx.webhooks.outbound(delivery))
    assert outbound is not None
    return rules.exact.loads(message_body(outbound))
