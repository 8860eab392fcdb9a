"""The OpenAPI document: complete, with examples that work; and no request is answered with a 500."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from api.app import ROUTERS
from api.drafts.routes import FILE_EXAMPLE as SPRING
from api.http.requests import RequestModel, SharedModelName, request_body
from api.route_rules import RULES
from api.state.auditing import audited_entity
from database import Transaction
from database.pages import PageRequest
from loyalty.decisions.decision import Decision
from loyalty.ids import new_id
from loyalty.store.due_items import DueItem
from tests.kit.api import KEY, Api
from tests.kit.every_resource import FILES, Things, add_every_resource
from tests.kit.stuck import add_stuck
from workbench.drafts.merging import version_of

BOUNDED = settings(
    max_examples=4, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
METHODS = {"get", "post", "put", "patch", "delete"}
WITHOUT_BODY = (
    *("/retry", "/activate", "/deactivate", "/anonymize", "/{token}", "/send-code", "/cancel", "/test"),
    *("/pause", "/resume", "/draft/tests"),
)
"""Ends of the paths of POSTs that have no body."""
WITH_BODY = ("/custom-attribute", "/labels")
"""Ends of the paths of DELETEs that have a body."""
_DRAFT = "/api/{storeCode}/program/draft"
QUERIES = {
    "/api/{storeCode}/member/check": {"emailOrPhone": "anna@example.com"},
    "/api/{storeCode}/search": {"q": "anna@example.com"},
    f"{_DRAFT}/file": {"path": "program.yaml"},
    f"{_DRAFT}/blocks": {"path": "program.yaml"},
    f"delete {_DRAFT}/file": {"path": SPRING["path"], "version": version_of(SPRING["text"].replace("5", "7"))},
    "/api/{storeCode}/analytics/dashboard/general-overview": {"dataType": "revenue"},
    "/api/{storeCode}/analytics/campaign/single-view/{campaignId}": {"dataType": "totalEngagement"},
}
"""Queries of routes that need one."""
AUDITED_BY_THEMSELVES = {"POST /api/admin/password/reset", "POST /api/admin/password/reset/request"}
"""Routes without a login whose own code writes the audit log."""
OF_MEMBERS = ("points", "tier", "reward", "reward/bought")
"""Ends of the paths that only members call, for themselves."""


def operations(document: dict) -> Iterator[tuple[str, str, dict]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield method, path, item[method]


async def test_every_route_is_described_with_a_summary_and_a_sentence(api: Api):
    document = await api.get("/openapi.json")

    described = {(method.upper(), path) for method, path, _ in operations(document)}
    routed = {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if route.include_in_schema
        for method in route.methods
    }
    assert described == routed
    assert [(m, p) for m, p, o in operations(document) if not o.get("summary") or not o.get("description")] == []


async def test_every_body_has_an_example_and_a_schema(api: Api):
    document = await api.get("/openapi.json")

    for method, path, operation in operations(document):
        has_none = path.endswith(WITHOUT_BODY) and not any(
            part in path for part in ("/customEvent/", "/points/", "/simulate/")
        )
        has_body = (method in ("post", "put", "patch") and not has_none) or (
            method == "delete" and path.endswith(WITH_BODY)
        )
        assert ("requestBody" in operation) == has_body, path
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["example"] is not None, path
            schema = content["schema"] | {"components": document["components"]}
            assert jsonschema_rs.is_valid(schema, content["example"]), path


def test_models_of_two_request_bodies_have_different_names():
    namesake = type("PostChannel", (RequestModel,), {})

    with pytest.raises(SharedModelName, match="models called PostChannel: rename"):
        request_body(namesake, {})


async def test_the_docs_are_served(api: Api):
    assert "swagger" in (await api.http.get("/docs")).text


_KIM = {"username": "kim", "email": "k@example.com", "plainPassword": "password", "roles": ["administrator"]}


async def _log_kim_in(api: Api) -> dict[str, str]:
    """Log Kim in twice; return a session of hers, and the token of the other one."""
    login = {"username": "kim", "password": "password"}
    _, second = [(await api.post("/api/admin/login_check", login)).json() for _ in range(2)]
    session, _ = await api.database.access_read(
        lambda access: access.sessions.of(access.admins.named("kim").id, now=datetime.now(UTC))
    )
    return {"session": session.id, "tokenOfKim": second["token"]}


async def _prepare(api: Api) -> Things:
    """Prepare a store in which every example works; return the values of path parameters."""
    await api.deploy(**FILES)
    login = (await api.post("/api/admin/login_check", {"username": "admin", "password": "password"})).json()
    member = {"email": "anna@example.com", "plainPassword": "password"}
    path = "/api/DEFAULT"
    member_id = (await api.post(f"{path}/member", {"customer": member})).json()["customerId"]
    as_member = {"username": "anna@example.com", "password": "password"}
    member_login = (await api.post(f"{path}/member/login_check", as_member)).json()
    hook = {"webhookSubscription": {"eventName": "CustomerUpdated", "url": "http://127.0.0.1:1026/"}}  # nothing listens
    subscription = (await api.post(f"{path}/webhook/subscription", hook)).json()["webhookSubscriptionId"]
    lot = await _set_due_item_aside(api)
    bert = {"customerId": "7239e6f7-e52e-466b-8c24-699709b64076", "email": "bert@example.com"}  # as examples name him
    await api.report(customerData=bert)
    things = await add_every_resource(api, member_id)
    things.names |= await _prepare_points(api, member_id) | {
        "storeCode": "DEFAULT",
        "subject": lot,
        "kind": "expire",
        "member": member_id,
        "admin": (await api.post("/api/admin/data", {"admin": _KIM})).json() and "kim",
        **await _log_kim_in(api),
        **await _prepare_accounts(api),
        "role": str((await api.post("/api/acl/role", {"role": {"name": "x", "permissions": []}})).json()["roleId"]),
        "apiKey": (await api.post("/api/admin/kim/api-key", {"apiKey": {"name": "x"}})).json()["apiKeyId"],
        "keyOfDraft": await _begin_another_draft(api),
        "customEvent": await _report_decided(api),
        "eventType": "app_login",
        "revision": "1",
        "webhookSubscription": subscription,
        "webhookDelivery": await _give_delivery_up(api),
        "webhookResend": (await api.post(f"{path}/webhook/resend", {"resend": {}})).json()["webhookResendId"],
        "walletType": "points",
        "token": login["token"],
        "memberToken": member_login["token"],
        "/api/token/refresh": login["refresh_token"],
        "/api/{storeCode}/token/refresh": member_login["refresh_token"],
    }
    things.own |= _of_accounts(things.names)
    things.names["fingerprint"] = (await api.post(f"{path}/program/draft/plan", {})).json()["fingerprint"]
    await api.post(f"{path}/program/draft/backtest", {"days": 30})
    headers = {"Authorization": f"Bearer {things.names['keyOfDraft']}"}  # each administrator has one backtest
    await api.http.post(f"{path}/program/1/backtest", json={"days": 30}, headers=headers)
    return things


async def _begin_another_draft(api: Api) -> str:
    """Begin a draft that remains when the one of the examples is deployed; return the API key of who has it."""
    lee = {**_KIM, "username": "lee", "email": "l@example.com"}
    await api.post("/api/admin/data", {"admin": lee})
    made = (await api.post("/api/admin/lee/api-key", {"apiKey": {"name": "x"}})).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    await api.http.put("/api/DEFAULT/program/draft/file", json=SPRING, headers=headers)
    return str(made["token"])


async def _prepare_accounts(api: Api) -> dict[str, str]:
    """Let members wait for activation, a new password and a new email; return what their examples need."""
    path, ids = "/api/DEFAULT/member", {}
    for name in ("ida", "iva", "bea", "cleo"):
        who = {"email": f"{name}@example.com", "agreement1": True, "plainPassword": "password"}
        answer = await api.post(path if name in ("bea", "cleo") else f"{path}/register", {"customer": who})
        ids[name] = answer.json()["customerId"]
    logins = [{"username": f"{name}@example.com", "password": "password"} for name in ("bea", "cleo")]
    token, other = [(await api.post(f"{path}/login_check", login)).json()["token"] for login in logins]
    headers = {"Authorization": f"Bearer {token}"}
    await api.http.put(f"{path}/{ids['bea']}", json={"customer": {"email": "new@example.com"}}, headers=headers)
    await api.post(f"{path}/password/reset/request", {"username": "bea@example.com"})

    def codes(tx: Transaction) -> dict[str, str]:
        wanted = (("ida", "activation"), ("bea", "email"), ("bea", "password"))
        return {purpose: tx.codes.plain(tx.codes.latest(ids[name], purpose).id).code for name, purpose in wanted}

    made = [await api.post("/api/DEFAULT/channel", {"channel": {"name": x, "identifier": x}}) for x in ("web", "app")]
    channel, given = [answer.json()["channelId"] for answer in made]
    own = {"waiting": ids["iva"], "tokenOfCleo": other, "channel": channel, "channelToGive": given}
    return own | await api.write(codes)


def _of_accounts(names: dict[str, str]) -> dict[str, dict[str, str]]:
    """The path parameters of accounts, where they are not those of all paths."""
    path = "/api/{storeCode}/member"
    return {
        f"{path}/activate/{{token}}": {"token": names["activation"]},
        f"{path}/confirm-change/{{token}}": {"token": names["email"]},
        f"{path}/{{member}}/send-code": {"member": names["waiting"]},
    }


async def _set_due_item_aside(api: Api) -> str:
    """Store a due item that is set aside; return its subject."""
    subject, now = new_id(), datetime.now(UTC)

    def store(tx: Transaction) -> None:
        tx.due_items.set(subject, "expire", now, member=None)
        tx.due_items.set_aside(DueItem(subject, "expire", now, None), "KeyError: 'points'", now=now)

    await api.write(store)
    return subject


async def _give_delivery_up(api: Api) -> str:
    """Store a delivery that was given up; return its id. Its event is not under way, which deploys would refuse."""

    def store(tx: Transaction) -> str:
        delivery_id = add_stuck(tx).given_up
        ends = "status = 'applied', position = NULL, start_after = NULL"
        settle = f"UPDATE event SET {ends} WHERE type = 'purchase' AND status = 'received'"
        tx.connection.exec_driver_sql(settle)
        return delivery_id

    return await api.write(store)


async def _prepare_points(api: Api, member_id: str) -> dict[str, str]:
    """Give a member points; return the wallet and the transfers that examples name, also by the end of their paths."""
    path, of_member = "/api/DEFAULT/points", {"customer": member_id, "points": 100}
    asked = {
        "transfer": ("add", of_member),
        "/activate": ("add", of_member | {"lockedUntilDays": 7}),
        "/expire": ("add", of_member),
        "/cancel": ("add", of_member),
        "/capture": ("block", of_member | {"points": 10}),
    }
    made = {name: await api.post(f"{path}/{move}", {"transfer": each}) for name, (move, each) in asked.items()}
    transfers = {name: answer.json()["transferId"] for name, answer in made.items()}
    return transfers | {"wallet": (await api.get(f"{path}/{transfers['transfer']}"))["accountId"]}


async def _report_decided(api: Api) -> str:
    """An event that nothing in the program answers."""
    event = str((await api.report()).json()["customEventId"])
    await api.write(lambda tx: tx.events.set_decided(event, Decision(()), now=datetime.now(UTC)))
    return event


def _in_order(entry: tuple[str, str, dict]) -> tuple[int, bool]:
    """Sort deletes, logging out, another password and the deploy of another program to the end."""
    method, path, _ = entry
    ends = path.endswith(
        ("/program", "/rollback", "/revoke", "/password", "/reset", "/deactivate", "/anonymize", "freeze")
    )
    ends = ends or (method == "delete" and path.endswith(("/member/{member}", "/program/draft")))
    return ["get", "post", "put", "patch", "delete"].index(method) + 10 * ends, ends


async def test_every_example_works(api: Api):
    things = await _prepare(api)
    document = await api.get("/openapi.json")

    answers = {}
    for method, template, operation in sorted(operations(document), key=_in_order):
        contents = operation.get("requestBody", {}).get("content", {"": {"example": None}})
        for media_type, content in contents.items():
            sent = _body(media_type, content["example"], template, things.names)
            headers = {"Authorization": f"Bearer {_key(template, things.names)}"} | sent.pop("headers", {})
            path, query = template.format(**_values(template, things)), _query(method, template)
            answer = await api.http.request(method, path, headers=headers, params=query, **sent)
            answers[method, template, media_type] = _what_is_wrong(answer, operation, document)

    assert {key: wrong for key, wrong in answers.items() if wrong} == {}
    entries = await api.database.access_read(lambda access: access.audit_log.page(PageRequest(500), store=None))
    audited = {f"{method} {path}" for (method, path), rule in RULES.items() if audited_entity(method, rule)}
    assert {each.event_type for each in entries.records if each.outcome == "done"} == audited | AUDITED_BY_THEMSELVES


def _query(method: str, template: str) -> dict[str, str] | None:
    return QUERIES.get(f"{method} {template}", QUERIES.get(template))


def _body(media_type: str, example: Any, template: str, names: dict[str, str]) -> dict[str, Any]:
    """How an example is sent, with what only this store knows in place of what the document makes up."""
    if media_type == "multipart/form-data":
        return {"files": {name: ("members.csv", text, "text/csv") for name, text in example.items()}}
    if media_type not in ("", "application/json"):
        return {"content": example, "headers": {"Content-Type": media_type}}
    if template in names:
        example = {"refresh_token": names[template]}
    elif template.endswith("/{member}/channel"):
        example = {"channelId": names["channelToGive"]}
    elif template.endswith("/password/reset"):
        example = {**example, "token": names["password" if "{storeCode}" in template else "resetOfAdmin"]}
    elif template.endswith("/draft/deploy"):
        example = {"fingerprint": names["fingerprint"]}
    elif example and template.endswith(("/{storeCode}/program", "/program/rollback")):
        example = {**example, "drop": [*example.get("drop", []), "reward:coffee"]}
    return {"json": example}


def _key(template: str, names: dict[str, str]) -> str:
    """The key or token that a route is called with."""
    if template.removeprefix("/api/{storeCode}/member/") in OF_MEMBERS:
        return names["memberToken"]
    keys = {
        "/api/token/revoke": names["token"],
        "/api/admin/password": names["tokenOfKim"],
        "/api/{storeCode}/program/draft": names["keyOfDraft"],
        "/api/{storeCode}/program/{revision}/backtest": names["keyOfDraft"],
        "/api/admin/{admin}/session": names["token"],
        "/api/admin/{admin}/session/{session}": names["token"],
        "/api/{storeCode}/member/password": names["tokenOfCleo"],
    }
    return keys.get(template, KEY)


def _values(template: str, things: Things) -> dict[str, str]:
    """The values of the parameters of a path."""
    ends = [name for name in things.names if name.startswith("/") and template.endswith("}" + name)]
    transfer = things.names[ends[0]] if ends else things.names["transfer"]
    return things.names | {"transfer": transfer} | things.own.get(template, {})


def _what_is_wrong(answer: httpx2.Response, operation: dict, document: dict) -> str | None:
    """How an answer differs from the first that the document describes; None if it does not."""
    status, promised = next(iter(operation["responses"].items()))
    if str(answer.status_code) != status:
        return f"{answer.status_code}: {answer.text}"
    if "content" not in promised:
        return answer.text or None
    if "application/json" not in promised["content"]:  # a file
        return None
    schema = promised["content"]["application/json"]["schema"] | {"components": document["components"]}
    faults = jsonschema_rs.Draft202012Validator(schema).iter_errors(answer.json())
    return "; ".join(f"{fault.instance_path}: {fault.message}" for fault in faults) or None


@pytest.mark.parametrize("mode", list(GenerationMode))
async def test_no_request_valid_or_invalid_is_a_500(api_anywhere: Api, mode: GenerationMode):
    things = await _prepare(api_anywhere)
    schema = schemathesis.openapi.from_dict(await api_anywhere.get("/openapi.json"))
    loop = asyncio.get_running_loop()
    sent: list[int] = []

    def send(case: schemathesis.Case) -> None:
        key = _key(case.operation.path, things.names)
        if len(sent) % 2:  # every other request finds what it names
            values = _values(case.operation.path, things)
            case.path_parameters = {name: values[name] for name in case.path_parameters}
        status, text = asyncio.run_coroutine_threadsafe(_send(api_anywhere, case, key), loop).result(20)
        sent.append(status)
        assert status < 500, text

    def attack() -> None:
        found = [each.ok() for each in schema.get_all_operations()]
        for operation in sorted(found, key=lambda each: _in_order((each.method, each.path, {}))):
            strategy = operation.as_strategy(generation_mode=mode)
            with contextlib.suppress(Unsatisfiable):  # an operation that nothing can be wrong with
                BOUNDED(given(case=strategy)(send))()

    await asyncio.to_thread(attack)

    assert len(sent) > 100


async def _send(api: Api, case: schemathesis.Case, key: str) -> tuple[int, str]:
    sent = case.as_transport_kwargs(base_url="http://laurel")
    options = {name: sent[name] for name in ("params", "json", "data", "files") if sent.get(name) is not None}
    headers = {"Authorization": f"Bearer {key}"}
    if "files" in options:
        form = requests.Request("POST", "http://laurel", files=options.pop("files"), data=options.pop("data", None))
        prepared = form.prepare()
        options["content"], headers["Content-Type"] = prepared.body, prepared.headers["Content-Type"]
    elif "data" in options:
        options["content"] = options.pop("data")
    answer = await api.http.request(sent["method"], sent["url"], headers=headers, **options)
    return answer.status_code, answer.text
