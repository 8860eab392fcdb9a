"""The audit log: every change with who made it, from where, and its outcome; and no secret."""

import pytest
from sqlalchemy.exc import OperationalError

from access import Permission
from api.authentication.rules import Needs
from api.route_rules import RULES
from api.state.auditing import MAX_REFUSALS, audited_entity
from tests.kit.access import add_administrator
from tests.kit.api import ADMIN_ID, Api
from tests.kit.programs import files

PATH = "/api/audit/log"


async def newest(api: Api, query: str = "") -> dict:
    return (await api.get(f"{PATH}?{query}"))["items"][0]


def test_what_is_not_audited_is_little_and_known():
    in_files = Needs(Permission.DEPLOY_PROGRAMS, audited=False)  # which answers 405, and changes nothing
    rules = {(method, path): rule for (method, path), rule in RULES.items() if rule != in_files or "backtest" in path}
    unaudited = {f"{method} {path}" for (method, path), rule in rules.items() if not audited_entity(method, rule)}

    store = "/api/{storeCode}"
    assert {each for each in unaudited if not each.startswith("GET")} == {
        "POST /api/admin/login_check",
        "POST /api/admin/password/reset",
        "POST /api/admin/password/reset/request",
        "POST /api/token/refresh",
        f"POST {store}/campaign/simulate",
        f"POST {store}/correction/preview",
        f"POST {store}/customEvent",
        f"POST {store}/customEvent/batch",
        f"POST {store}/customEvent/schema/file",
        f"POST {store}/customEvent/schema/proposal",
        f"POST {store}/member/activate/{{token}}",
        f"POST {store}/member/confirm-change/{{token}}",
        f"POST {store}/member/login_check",
        f"POST {store}/member/{{member}}/merge/preview",
        f"POST {store}/member/password/reset",
        f"POST {store}/member/password/reset/request",
        f"POST {store}/member/points",
        f"POST {store}/member/resend-code",
        f"POST {store}/program/draft/backtest",
        f"POST {store}/program/{{revision}}/backtest",
        f"POST {store}/program/draft/completion",
        f"POST {store}/program/draft/plan",
        f"POST {store}/program/draft/rebase",
        f"POST {store}/program/draft/tests",
        f"POST {store}/simulate",
        f"POST {store}/simulate/test",
        f"POST {store}/token/refresh",
        f"PUT {store}/member/password",
        f"PUT {store}/program/draft/blocks",
        f"PUT {store}/program/draft/file",
        f"DELETE {store}/program/draft/backtest",
        f"DELETE {store}/program/{{revision}}/backtest",
        f"DELETE {store}/program/draft/file",
    }


async def test_a_change_is_written_down_with_who_made_it_and_from_where(api_anywhere: Api):
    member = (await api_anywhere.post("/api/DEFAULT/member", {"customer": {"email": "a@b.example"}})).json()

    entry = await newest(api_anywhere)

    assert entry["eventType"] == "POST /api/{storeCode}/member"
    assert (entry["entityType"], entry["entityId"]) == ("CUSTOMER", member["customerId"])
    assert (entry["username"], entry["userId"], entry["userType"]) == ("admin", ADMIN_ID, "apiKey")
    assert entry["apiKeyId"] is not None
    assert (entry["ip"], entry["store"]) == ("127.0.0.1", {"code": "DEFAULT"})
    assert (entry["outcome"], entry["status"]) == ("done", 200)


async def test_a_change_that_is_rolled_back_leaves_only_its_refusal(api_anywhere: Api):
    member = (await api_anywhere.post("/api/DEFAULT/member", {"customer": {"email": "a@b.example"}})).json()
    spend = {"transfer": {"customer": member["customerId"], "points": 5}}

    refused = await api_anywhere.post("/api/DEFAULT/points/spend", spend)

    found = await api_anywhere.get(f"{PATH}?eventType[like]=POINTS/spend")
    assert refused.status_code == 400
    assert [(each["outcome"], each["status"]) for each in found["items"]] == [("refused", 400)]


async def test_a_repeated_request_is_written_down_once(api: Api):
    for _ in range(2):
        customer = {"customer": {"email": "a@b.example"}}
        await api.post("/api/DEFAULT/member", customer, headers={"Idempotency-Key": "k"})

    assert (await api.get(PATH))["total"]["all"] == 1


async def test_a_deploy_is_written_down_with_its_revision(api_anywhere: Api):
    texts = {
        name: content.decode()
        for name, content in files(events__other="event: other\ntitle: Other\nbody: {}\n").items()
    }

    answer = await api_anywhere.post("/api/DEFAULT/program", {"files": texts, "drop": ["event:text"]})

    assert answer.status_code == 200, answer.text
    entry = await newest(api_anywhere)
    assert (entry["entityType"], entry["details"]["revision"]) == ("PROGRAM", answer.json()["revision"])


async def test_what_a_caller_may_not_do_is_written_down(api: Api):
    viewer = await add_administrator(api, "viewer")

    await api.post("/api/DEFAULT/points/add", {}, headers={"Authorization": viewer.key})
    await api.post("/api/OTHER/points/add", {}, headers={"Authorization": viewer.key})

    entries = (await api.get(f"{PATH}?username=viewer"))["items"]
    assert [(each["outcome"], each["status"], each["store"]["code"]) for each in entries] == [
        ("refused", 403, "OTHER"),
        ("refused", 403, "DEFAULT"),
    ]


async def test_reports_and_simulations_are_not_written_down(api: Api):
    await api.report()
    await api.report(type="nothing")
    await api.post("/api/DEFAULT/simulate", {})

    assert (await api.get(PATH))["items"] == []


async def test_no_secret_stands_in_it(api: Api):
    kim = {"email": "k@example.com", "plainPassword": "correct horse", "roles": ["viewer"]}
    await api.post("/api/admin/data", {"admin": kim})
    await api.http.put("/api/admin/data/k@example.com", json={"admin": {"plainPassword": "battery staple"}})
    key = (await api.post("/api/admin/admin/api-key", {"apiKey": {"name": "till", "role": "reporter"}})).json()
    rotated = (await api.post(f"/api/admin/admin/api-key/{key['apiKeyId']}/rotate", {})).json()
    hook = {"eventName": "CustomerUpdated", "url": "https://a.example/?token=hidden", "headers": []}
    subscription = (await api.post("/api/DEFAULT/webhook/subscription", {"webhookSubscription": hook})).json()

    entries = (await api.get(PATH))["items"]

    assert len(entries) == 5
    secrets = ["correct horse", "battery staple", key["token"], rotated["token"], subscription["secret"], "hidden"]
    assert [secret for secret in secrets if secret in str(entries)] == []
    assert [each["details"] for each in entries[2:]] == [
        {"name": "till", "role": "reporter"},
        {"passwordChanged": True},
        {"email": "k@example.com", "roles": ["viewer"], "passwordChanged": True},
    ]
    assert entries[2]["entityId"] == key["apiKeyId"]
    assert entries[0]["entityId"] == subscription["webhookSubscriptionId"]


async def test_a_subscription_that_is_not_there_is_no_change(api: Api):
    await api.http.delete("/api/DEFAULT/webhook/subscription/unknown")

    assert [each["status"] for each in (await api.get(PATH))["items"]] == [404]


async def test_an_administrator_of_one_store_sees_its_entries_alone(api: Api):
    scoped = await add_administrator(api, "scoped", store="OTHER")
    await api.post("/api/DEFAULT/points/add", {})
    api.http.headers["Authorization"] = scoped.key
    await api.post("/api/admin/data", {"admin": {}})

    found = await api.get(PATH)

    assert ([each["store"] for each in found["items"]], found["total"]["all"]) == ([{"code": "OTHER"}], 1)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("outcome=refused", 2),
        ("outcome=done", 0),
        ("store=DEFAULT", 1),
        ("entityType=ADMIN&username[like]=adm", 1),
        ("createdAt[gte]=2020-01-01&ip=127.0.0.1", 2),
        ("createdAt[lt]=2020-01-01", 0),
        (f"userId={ADMIN_ID}&userType=apiKey", 2),
        ("entityId=nobody", 1),
    ],
)
async def test_it_is_filtered(api: Api, query: str, number: int):
    await api.post("/api/DEFAULT/points/add", {})
    await api.http.put("/api/admin/data/nobody", json={"admin": {}})

    assert (await api.get(f"{PATH}?{query}"))["total"]["filtered"] == number


async def test_an_unknown_filter_is_refused(api: Api):
    assert (await api.http.get(f"{PATH}?eventTyp=x")).status_code == 400


async def test_refusals_of_one_caller_are_bounded_and_no_answer_waits_for_a_database_that_is_away(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api.app.state.laurel.refusal_log._limiter, "_clock", lambda: 0.0)
    for _ in range(MAX_REFUSALS + 3):
        await api.post("/api/DEFAULT/points/add", {})
    assert (await api.get(PATH))["total"]["all"] == MAX_REFUSALS

    async def away(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    monkeypatch.setattr(api.app.state.laurel.refusal_log, "_limiter", type(api.app.state.laurel.refusal_log._limiter)())
    monkeypatch.setattr(api.database, "access_write", away)
    assert (await api.post("/api/DEFAULT/points/add", {})).status_code == 400
