"""Pages of simulations: an event, answered as a waterfall; what cannot be simulated stands at its field."""

import html

import pytest

from access import Permission
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, text_of, visiting

SIMULATE = f"{HOME}/simulate"
BIG_SPENDER = """\
reactor: big-spender
on: purchase
when:
  and:
    - {">=": [{var: event.body.total}, 100]}
    - {"==": [{var: member.tier}, silver]}
then: [{award_points: {points: 50}}]
limits: [{per: member, every: day, times: 1}]
"""
FORM = {"_type": "purchase", "event.eventDate": "2024-05-01T10:00:00", "event.body": '{"total": 12.5}', "member": ""}


async def test_an_event_type_is_chosen_and_its_form_begins_with_an_example(visitor: Visitor) -> None:
    choice = await visitor.page(SIMULATE)
    form = await visitor.get(f"{SIMULATE}?type=purchase")

    assert "purchase" in choice
    assert "member_registered" not in choice
    assert "&#34;total&#34;: 1" in form.text
    assert "exclusiveMinimum" not in form.text
    assert "minimum" in text_of(form)


async def test_a_fresh_member_gets_every_answer_with_what_decided_it(api: Api, visitor: Visitor) -> None:
    await api.deploy(reactors__big_spender=BIG_SPENDER)
    before = await api.count()

    small = text_of(await visitor.post(SIMULATE, FORM))
    other = text_of(await visitor.post(SIMULATE, FORM | {"event.body": "total: 120", "member": "tier: gold"}))
    big = text_of(
        await visitor.post(SIMULATE, FORM | {"event.body": "total: 120", "member": "tier: silver\npoints: 7"})
    )

    assert "no big-spender condition false" in small
    assert "event.body.total is 12.5, needed >= 100" in small
    assert "yes points-for-purchase" in small
    assert 'member.tier is "gold", needed == "silver"' in other
    assert "yes big-spender" in big
    assert "points 7 177 changed" in big
    assert await api.count() == before


async def test_a_real_event_is_simulated_again_for_its_member(api: Api, visitor: Visitor) -> None:
    await api.report(type="purchase", body={"total": 40}, eventDate="2024-05-01T10:00:00")
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]

    shown = await visitor.get(f"{HOME}/events/{event['customEventId']}")
    form = await visitor.get(f"{SIMULATE}?event={event['customEventId']}")
    done = text_of(
        await visitor.post(SIMULATE, FORM | {"event.body": "total: 40", "event.customerData": event["customerId"]})
    )

    assert f"simulate?event={event['customEventId']}" in shown.text
    assert event["customerId"] in form.text
    assert "&#34;total&#34;: 40" in form.text
    assert 'value="2024-05-01T10:00:00"' in form.text
    assert "points 0 40 changed" in done


REFUSED = (
    ({"event.body": "total: [1"}, "event-body", "line 2, column 1"),
    ({"event.body": '{"total": 1 "channel": 2}'}, "event-body", "line 1, column"),
    ({"event.body": "- 1"}, "event-body", "must be an object"),
    ({"event.body": "total: many"}, "event-body", 'total: "many" is not of type'),
    ({"event.body": "total: -1"}, "event-body", "less than the minimum"),
    ({"event.body": ""}, "event-body", "required property"),
    ({"event.body": "&a [*a]"}, "event-body", "line 1"),
    ({"event.body": "a: " + "[" * 200 + "]" * 200}, "event-body", "deep"),
    ({"event.body": "total: 1\nkey: \x00"}, "event-body", "U+0000"),
    ({"event.eventDate": "tomorrow"}, "event-eventDate", "tomorrow"),
    ({"event.eventDate": ""}, "event-eventDate", ""),
    ({"member": "tier: platinum"}, "member", "platinum"),
    ({"member": "teir: gold"}, "member", "tier"),
    ({"member": "points: many"}, "member", "points"),
    ({"member": "[1]"}, "member", "must be an object"),
    ({"member": "tier: gold", "event.customerData": "anna@example.com"}, "member", "leave one of the two empty"),
    ({"event.customerData": "0190f2a0-0000-7000-8000-00000000dead"}, "event-customerData", ""),
)


async def test_what_cannot_be_simulated_stands_at_its_field(visitor: Visitor) -> None:
    for changed, field, words in REFUSED:
        answer = await visitor.post(SIMULATE, FORM | changed)

        assert answer.status_code == 400, changed
        at = answer.text.partition(f'id="f-{field}-error">')[2].partition("</div></div>")[0]
        assert at, changed
        assert words in html.unescape(at), (changed, at)
        assert "What it would do" not in answer.text


@pytest.mark.parametrize("query", ["?type=nothing", "?type=member_registered", "?event=nothing"])
async def test_what_is_not_reported_has_no_form(visitor: Visitor, query: str) -> None:
    assert (await visitor.get(SIMULATE + query)).status_code == 404


async def test_a_simulation_and_a_real_event_are_saved_as_tests_which_pass(api: Api, visitor: Visitor) -> None:
    await api.report(type="purchase", body={"total": 40}, eventDate="2024-05-01T10:00:00")
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]["customEventId"]
    fresh = FORM | {"member": "tier: silver\npoints: 7\nemail: bert@example.com"}

    shown = await visitor.post(f"{SIMULATE}/test", fresh)
    test = form_of(shown, having="text")
    kept = await visitor.post(f"{SIMULATE}/test", test)
    again = await visitor.post(f"{SIMULATE}/test", test | {"text": "test: another"})
    undecided = await visitor.get(f"{SIMULATE}/test?event={event}")
    run = text_of(await visitor.post(f"{HOME}/program/draft/tests"))

    assert test["path"] == "tests/purchase-20240501-100000.yaml"
    assert "awarded: {points: 12.5}" in test["text"] or "awarded: {points: 12}" in test["text"]
    assert "bert@example.com" not in shown.text
    assert kept.headers["location"] == f"{HOME}/program/draft/tests"
    assert again.status_code == 409
    assert (undecided.status_code, "is not decided yet" in text_of(undecided)) == (400, True)
    assert "1 passed, 0 failed" in run
    assert "passed purchase of 2024-05-01 10:00:00" in run


async def test_what_makes_no_test_is_refused(visitor: Visitor) -> None:
    bad = {"path": "tests/a.yaml", "text": "test: a"}
    for changed in ({"path": "../a.yaml"}, {"path": ""}, {"path": "tests/a.txt"}, {"path": "x" * 300}):
        answer = await visitor.post(f"{SIMULATE}/test", bad | changed)
        assert (answer.status_code, 'id="f-path-error"' in answer.text) == (400, True), changed
    faulty = await visitor.post(f"{SIMULATE}/test", FORM | {"event.body": "total: ["})
    assert (faulty.status_code, 'id="f-event-body-error"' in faulty.text) == (400, True)
    assert (await visitor.get(f"{SIMULATE}/test?event=nothing")).status_code == 404
    assert (await visitor.post(f"{SIMULATE}/test", FORM | {"_type": "nothing"})).status_code == 404


async def test_texts_of_users_are_harmless(visitor: Visitor) -> None:
    body = '{"total": 1, "channel": "<script>alert(1)</script>"}'

    answer = await visitor.post(SIMULATE, FORM | {"event.body": body})

    assert "<script>alert" not in answer.text


async def test_who_may_not_simulate_is_not_offered_it(api: Api) -> None:
    role = await add_role(api, "reads", frozenset(Permission) - {Permission.SIMULATE})
    await add_administrator(api, "reads", role=role)
    async with visiting(api) as visitor:
        await visitor.log_in("reads")

        assert "/simulate" not in (await visitor.get(f"{HOME}/events")).text
        assert (await visitor.get(SIMULATE)).status_code == 403
        assert (await visitor.post(SIMULATE, FORM)).status_code == 403
