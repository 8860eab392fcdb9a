"""What a reactor answered: the events that fired it, those that nearly did, page by page."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.campaigns import decisions
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.reasons import ConditionFalse, FailedPart
from tests.kit.api import Api

PATH = "/api/DEFAULT/campaign/web-spender/decision"
REACTOR = """\
reactor: web-spender
on: purchase
when:
  and:
    - {">=": [{var: event.body.total}, 20]}
    - {"==": [{var: event.body.channel}, web]}
    - {"==": [{var: member.tier}, bronze]}
then: [{award_points: {points: 1}}]
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def decided(api: Api, total: int, channel: str, verdict: Any) -> str:
    """A purchase with what the reactor answered to it."""
    answer = await api.report(type="purchase", body={"total": total, "channel": channel})
    event = str(answer.json()["customEventId"])
    reason = ConditionFalse((FailedPart("reactors/web-spender.yaml:5:7", {"event.body.total": total}, ">= 20"),))
    outcome = RuleOutcome("reactor/web-spender", verdict, "", place="reactors/web-spender.yaml:1:1", reason=None)
    if verdict == "condition_false":
        outcome = RuleOutcome("reactor/web-spender", verdict, "", place="reactors/web-spender.yaml:1:1", reason=reason)
    await api.write(lambda tx: tx.events.set_decided(event, Decision((outcome,)), now=NOW))
    return event


async def test_events_that_fired_a_reactor_and_those_that_nearly_did_are_listed(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(reactors__web_spender=REACTOR)
    fired = await decided(api, 30, "web", "fired")
    near = await decided(api, 19, "web", "condition_false")
    await decided(api, 1, "store", "condition_false")  # two parts were false
    await api.report(type="purchase", body={"total": 5})  # not decided

    both = await api.get(PATH)
    nearly = await api.get(f"{PATH}?outcome=nearly")
    yes = await api.get(f"{PATH}?outcome=fired")

    assert [(each["customEventId"], each["verdict"], each["nearly"]) for each in both["items"]] == [
        (near, "condition_false", True),
        (fired, "fired", False),
    ]
    assert both["items"][0]["because"] == "event.body.total is 19, needed >= 20"
    assert both["items"][0]["byMemberNow"] is True
    assert (both["looked"], both["scroll"]) == (4, {"next": None})
    assert [each["customEventId"] for each in nearly["items"]] == [near]
    assert [each["customEventId"] for each in yes["items"]] == [fired]


async def test_pages_follow_one_another_and_are_bounded(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decisions, "MOST_EVENTS", 2)
    await api.deploy(reactors__web_spender=REACTOR)
    ids = [await decided(api, 30, "web", "fired") for _ in range(5)]

    found, scroll = [], ""
    for _ in range(3):
        page = await api.get(PATH, params={"_scroll": scroll})
        found += [each["customEventId"] for each in page["items"]]
        scroll = page["scroll"]["next"]

    assert found == ids[::-1]
    assert scroll is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}?_scroll=nonsense", 400),
        (f"{PATH}?_scroll=eyJhdCI6MX0=", 400),
        (f"{PATH}?_scroll={'x' * 400}", 400),
        (f"{PATH}?outcome=maybe", 400),
        ("/api/DEFAULT/campaign/nothing/decision", 404),
    ],
)
async def test_what_makes_no_sense_is_refused(api: Api, path: str, status: int):
    await api.deploy(reactors__web_spender=REACTOR)

    assert (await api.http.get(path)).status_code == status
