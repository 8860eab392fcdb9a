"""Events that reverse others, over HTTP: what is refused, and what an event shows of it."""

from tests.kit.api import Api, fault
from tests.kit.sent import answer_events

PATH = "/api/DEFAULT/customEvent"
REFUND = """\
event: refund
body: {type: object, required: [channel], properties: {channel: {type: string}, amount: {type: number}}}
reverses:
  event: purchase
  where: {channel: {var: event.body.channel}}
  share: {var: [event.body.amount, 1]}
"""


async def test_a_refund_and_its_purchase_show_each_other(api: Api) -> None:
    await api.deploy(events__refund=REFUND)
    refunded = (await api.report(type="refund", body={"channel": "web", "amount": 0.25})).json()["customEventId"]
    assert (await api.get(f"{PATH}/{refunded}"))["reverses"] == {"type": "purchase", "state": "waiting"}

    bought = (await api.report(type="purchase", body={"total": 100, "channel": "web"})).json()["customEventId"]
    await answer_events(api)

    shown = await api.get(f"{PATH}/{refunded}")
    assert shown["reverses"] == {"type": "purchase", "state": "joined", "customEventId": bought, "share": 0.25}
    assert (shown["status"], shown["outcome"]["did"]) == ("applied", ["-25 points, as goods came back"])
    assert (await api.get(f"{PATH}/{bought}"))["reversedBy"] == [{"customEventId": refunded, "share": 0.25}]


async def test_more_than_is_left_is_refused_and_nothing_is_stored(api: Api) -> None:
    await api.deploy(events__refund=REFUND)
    await api.report(type="purchase", body={"total": 100, "channel": "web"})
    await api.report(type="refund", body={"channel": "web", "amount": 0.75})

    answer = await api.report(type="refund", body={"channel": "web", "amount": 0.5})

    assert fault(answer, "event.body")["code"] == "moreThanLeft"
    assert answer.json()["errors"][0]["parameters"] == {"left": 0.25, "asked": 0.5}
    outside = await api.report(type="refund", body={"channel": "web", "amount": 2})
    assert fault(outside, "event.body")["code"] == "shareOutOfRange"
    assert (await api.get(f"{PATH}?type=refund"))["total"]["filtered"] == 1


async def test_a_refund_that_waits_is_not_run_by_trying_it_again(api: Api) -> None:
    await api.deploy(events__refund=REFUND)
    refunded = (await api.report(type="refund", body={"channel": "web"})).json()["customEventId"]

    assert (await api.post(f"{PATH}/{refunded}/retry", {})).status_code == 204
    await answer_events(api)

    assert (await api.get(f"{PATH}/{refunded}"))["status"] == "received"
