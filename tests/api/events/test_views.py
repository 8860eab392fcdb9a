"""The details of an event: its decision, its outcome, its deliveries."""

from datetime import UTC, datetime

import jsonschema_rs

from api.events.schemas import DETAILS
from loyalty.calendar import Duration
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.reason_json import reason_from_json
from loyalty.decisions.reasons import ConditionFalse, FailedPart, describe_reason
from loyalty.ids import caused_id, new_id
from loyalty.program.effects import AwardPoints, CallWebhook, DeductPoints, GrantBadge
from loyalty.program.expiry import After, Never, OnDate
from loyalty.store.events import NewEvent
from loyalty.store.webhooks import LoggedAttempt
from tests.kit.amounts import points
from tests.kit.api import UI, Api
from tests.kit.awards import award
from tests.kit.programs import PROGRAM

PATH = "/api/DEFAULT/customEvent"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DECISION = Decision(
    (
        RuleOutcome(
            "reactor/no",
            "condition_false",
            "",
            place="reactors/no.yaml:1:1",
            reason=ConditionFalse((FailedPart("reactors/no.yaml:3:7", {"event.body.device": "web"}, '== "ios"'),)),
        ),
        RuleOutcome(
            "reactor/yes",
            "fired",
            "it has no condition",
            (
                AwardPoints("points", points("12.5"), Duration(days=2), After(Duration(months=1, days=90))),
                AwardPoints("points", points("0.05"), Duration(), OnDate(3, 1)),
                DeductPoints("points", points("0.1")),
                AwardPoints("gone", points(3), Duration(), Never()),
                GrantBadge("early-bird"),
                CallWebhook("https://partner.example/a?key=hidden", {"a": 1}, (("Authorization", "hidden"),)),
            ),
        ),
    )
)


async def accepted(api: Api) -> str:
    return (await api.report(eventId="login-1")).json()["customEventId"]


def cause(tx, parent: str, type_: str, body: dict, depth: int) -> str:
    row = tx.events.get(parent)
    event_id = caused_id(parent, type_)
    new = NewEvent(
        id=event_id, type=type_, member=row.member, time=NOW, body=body, revision=1, parent=parent, depth=depth
    )
    tx.events.add(new, now=NOW)
    return event_id


async def test_an_event_just_accepted_has_no_decision_yet_and_names_its_workflow(api_anywhere: Api):
    event_id = await accepted(api_anywhere)

    details = await api_anywhere.get(f"{PATH}/{event_id.upper()}")

    assert (details["eventId"], details["customerData"]) == ("login-1", {"email": "anna@example.com"})
    assert (details["status"], details["decision"], details["error"]) == ("received", None, None)
    assert details["outcome"] == {
        "did": [],
        "entries": [],
        "caused": [],
        "achievements": [],
        "badges": [],
        "rewards": [],
    }
    assert details["deliveries"] == []
    assert details["workflowId"] == f"event/DEFAULT/{event_id}"
    assert details["workflowUrl"] == f"{UI}/namespaces/default/workflows/event%2FDEFAULT%2F{event_id}"


async def test_a_decision_shows_reasons_and_amounts_as_people_write_them(api_anywhere: Api):
    await api_anywhere.deploy(program=PROGRAM.replace("{default: true,", "{default: true, decimals: 2,"))
    event_id = await accepted(api_anywhere)
    await api_anywhere.write(lambda tx: tx.events.set_decided(event_id, DECISION, now=NOW))

    no, yes = (await api_anywhere.get(f"{PATH}/{event_id}"))["decision"]

    assert no == {
        "source": "reactor/no",
        "verdict": "condition_false",
        "because": 'event.body.device is "web", needed == "ios"',
        "place": "reactors/no.yaml:1:1",
        "effects": [],
        "reason": {
            "leaves": [
                {"place": "reactors/no.yaml:3:7", "actual": {"event.body.device": "web"}, "needed": '== "ios"'},
            ]
        },
    }
    assert yes["effects"] == [
        {
            "award_points": {
                "wallet": "points",
                "points": 12.5,
                "expires": {"after": "1mo 90d"},
                "pending": "2d",
            }
        },
        {"award_points": {"wallet": "points", "points": 0.05, "expires": {"on": "03-01"}}},
        {"deduct_points": {"wallet": "points", "points": 0.1}},
        {"award_points": {"wallet": "gone", "points": 3, "expires": "never"}},
        {"grant_badge": "early-bird"},
        {
            "call_webhook": {
                "url": "https://partner.example/a?********",
                "body": {"a": 1},
                "headers": {"Authorization": "********"},
            }
        },
    ]


async def test_an_event_names_the_revision_that_decides_it_and_its_hash(api_anywhere: Api):
    event_id = await accepted(api_anywhere)
    await api_anywhere.deploy(program=PROGRAM.replace("points: 7d", "points: 9d"))

    details = await api_anywhere.get(f"{PATH}/{event_id}")

    revisions = (await api_anywhere.get("/api/DEFAULT/program"))["items"]
    (first,) = [revision for revision in revisions if revision["revision"] == 1]
    assert (details["revision"], details["revisionHash"]) == (1, first["hash"])


async def test_the_example_of_an_event_fits_its_schema(api: Api):
    document = await api.get("/openapi.json")
    described = document["paths"][f"{PATH.replace('DEFAULT', '{storeCode}')}/{{customEvent}}"]["get"]["responses"][
        "200"
    ]
    content = described["content"]["application/json"]

    schema = jsonschema_rs.Draft202012Validator(content["schema"] | {"components": document["components"]})

    assert content["example"] == {name: value for name, value in DETAILS.items() if value is not None}
    assert list(schema.iter_errors(DETAILS)) == []
    reasons = [reason_from_json(answer["reason"], file="") for answer in DETAILS["decision"]]
    assert [describe_reason(reason) for reason in reasons] == [answer["because"] for answer in DETAILS["decision"]]


async def test_an_outcome_holds_caused_events_and_their_deliveries(api_anywhere: Api):
    event_id = await accepted(api_anywhere)

    def live(tx) -> None:
        award(tx, tx.events.get(event_id).member, points(100), event_id=event_id, source="reactor/yes", now=NOW)
        completed = cause(tx, event_id, "achievement_completed", {"achievement": "seven-days", "times": 1}, 1)
        cause(tx, completed, "badge_granted", {"badge": "early-bird"}, 2)
        tx.events.set_failed(completed, "too deep", now=NOW)
        message_id = new_id()
        tx.webhooks.add_message(message_id, event_id=completed, name="CustomerUpdated", data={}, now=NOW)
        tx.webhooks.add_delivery(
            "d1",
            message_id=message_id,
            event_id=completed,
            name="CustomerUpdated",
            subscription_id=None,
            url="https://a.example",
            headers=[],
            now=NOW,
        )
        tx.webhooks.log_attempt("d1", LoggedAttempt(1, NOW, 500, 7, "<html>", "it answered 500"))

    await api_anywhere.write(live)

    details = await api_anywhere.get(f"{PATH}/{event_id}")

    (entry,) = details["outcome"]["entries"]
    assert (entry["kind"], entry["points"], entry["balance"], entry["source"]) == ("award", 100, 100, "reactor/yes")
    assert details["outcome"]["achievements"] == [{"achievement": "seven-days", "times": 1}]
    (completed,) = details["outcome"]["caused"]
    assert (completed["type"], completed["status"], completed["error"]) == (
        "achievement_completed",
        "failed",
        "too deep",
    )
    assert completed["outcome"]["badges"] == [{"badge": "early-bird"}]
    assert [node["type"] for node in completed["outcome"]["caused"]] == ["badge_granted"]
    (delivery,) = details["deliveries"]
    assert (delivery["name"], delivery["url"], delivery["status"]) == (
        "CustomerUpdated",
        "https://a.example",
        "pending",
    )
    (attempt,) = delivery["attempts"]
    assert (attempt["status"], attempt["latencyMs"], attempt["error"]) == (500, 7, "it answered 500")


async def test_caused_events_are_shown_five_levels_deep(api: Api):
    event_id = await accepted(api)

    def chain(tx) -> None:
        parent = event_id
        for depth in range(1, 9):
            parent = cause(tx, parent, "badge_granted", {"badge": str(depth)}, depth)

    await api.write(chain)

    node, depth = await api.get(f"{PATH}/{event_id}"), 0
    while node["outcome"]["caused"]:
        (node,), depth = node["outcome"]["caused"], depth + 1
    assert depth == 5


async def test_an_unknown_event_is_not_found(api: Api):
    await accepted(api)

    statuses = [(await api.http.get(f"{PATH}/{event_id}")).status_code for event_id in ("nothing", new_id())]

    assert statuses == [404, 404]


async def test_an_event_of_another_store_is_not_found(api: Api):
    from tests.kit.programs import files

    await api.programs.deploy(files(program=PROGRAM.replace("DEFAULT", "OTHER")), by="test")
    event_id = await accepted(api)

    assert (await api.http.get(f"/api/OTHER/customEvent/{event_id}")).status_code == 404
