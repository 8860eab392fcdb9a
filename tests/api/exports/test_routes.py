"""Exporting over HTTP: asked for with filters, written page by page, downloaded as spreadsheets open it."""

import asyncio
import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import httpx2
import pytest

from activities import exports as module
from activities.exports import ExportActivities
from database import Database
from loyalty.ids import new_id
from loyalty.references import ExportRef
from tests.kit.access import add_administrator
from tests.kit.api import Api, fault, running
from tests.kit.imports import STORE, Importing, store_file

PATH = "/api/DEFAULT/export"


async def ask(api: Api, type_: str = "member", **body: Any) -> httpx2.Response:
    return await api.post(f"{PATH}/{type_}", body)


async def exported(api: Api, type_: str = "member", **body: Any) -> str:
    """The text of a file that is exported."""
    export_id = (await ask(api, type_, **body)).json()["exportId"]
    await write(api, export_id)
    answer = await api.http.get(f"{PATH}/{export_id}/download")
    assert answer.status_code == 200, answer.text
    return answer.text


async def write(api: Api, export_id: str) -> None:
    """Write an export to its end."""
    activities = ExportActivities(api.database, api.programs)
    while (await activities.write_export(ExportRef(STORE, export_id))).status == "pending":
        pass


async def fill(api: Api) -> None:
    """Some of everything."""
    importing = Importing(api.database)
    members = "email,firstName,address.city,agreement1\n" + "".join(
        f"member-{number}@example.com,=cmd({number}),Gdynia,{number == 0}\n" for number in range(5)
    )
    await importing.read(await store_file(api.database, "member", members))
    points = "email,points,comment\nmember-0@example.com,12,-1\nmember-1@example.com,3,\n"
    await importing.read(await store_file(api.database, "unitTransferAdding", points))
    event = {"type": "purchase", "eventDate": "2024-05-01T00:00:00", "eventId": "e", "body": {"total": 12.5}}
    await api.report(**event, customerData={"email": "member-2@example.com"})
    sale = {"documentNumber": "A-1", "purchasedAt": "2024-05-01", "items": [], "email": "member-0@example.com"}
    sale["items"] = [{"sku": "s", "name": "n", "category": "c", "grossValue": 0.1}]
    await importing.read(await store_file(api.database, "transaction", json.dumps(sale)))


async def test_members_are_exported_page_by_page_without_formulas(api_anywhere: Api, monkeypatch):
    api = api_anywhere
    await fill(api)
    monkeypatch.setattr(module, "PAGE", 2)

    rows = list(csv.DictReader(io.StringIO(await exported(api))))

    assert [(row["email"], row["firstName"], row["address.city"], row["agreement1"]) for row in rows] == [
        (f"member-{number}@example.com", f"'=cmd({number})", "Gdynia", "true" if number == 0 else "false")
        for number in range(5)
    ]
    (shown,) = (await api.get(f"{PATH}?type=member&status=done"))["items"]
    assert (shown["exportedRows"], shown["criteria"]) == (5, {})


async def test_every_type_is_exported_as_lines_of_json(api_anywhere: Api):
    api = api_anywhere
    await fill(api)
    found = {}
    for type_ in ("unitTransfer", "customEvent", "transaction", "rewardCoupon", "rewardFulfillment"):
        text = await exported(api, type_, format="jsonl")
        found[type_] = [json.loads(line) for line in text.splitlines()]

    assert [(each["value"], each["kind"], each["comment"]) for each in found["unitTransfer"]] == [
        (12, "add", "-1"),
        (3, "add", ""),
    ]
    ((event,), (sale,)) = found["customEvent"], found["transaction"]
    assert (event["type"], event["body"], event["eventId"]) == ("purchase", {"total": 12.5}, "e")
    assert (sale["documentNumber"], sale["grossValue"], sale["items"][0]["sku"]) == ("A-1", 0.1, "s")
    assert found["rewardCoupon"] == found["rewardFulfillment"] == []


GIVEN_BY_LAUREL = ("createdAt", "customEventId", "transactionId", "status")


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
async def test_what_is_exported_is_imported_into_a_fresh_database_as_it_was(
    api: Api, format_: str, sqlite_template: Path, tmp_path: Path
):
    await fill(api)
    full = {
        "email": "Full@example.com",
        "phone": "+48600100200",
        "loyaltyCardNumber": "=7",
        "firstName": "'-x",
        "lastName": "two\nlines; ,",
        "labels": [{"key": "l", "value": "1"}],
        "company": {"name": "Co"},
        "customAttributes": [{"key": "shoe", "value": "42"}],
        "registeredAt": "2020-02-29T00:00:00Z",
        "test": True,
    }
    await Importing(api.database).read(await store_file(api.database, "member", json.dumps(full)))
    shutil.copy(sqlite_template, tmp_path / "fresh.db")
    fresh = Database.open(f"sqlite:///{tmp_path / 'fresh.db'}")
    async with running(fresh) as other:
        for type_ in get_args(Literal["member", "customEvent", "transaction"]):
            before = await exported(api, type_, format=format_)
            await Importing(fresh).read(await store_file(fresh, type_, before))

            assert _rows(await exported(other, type_, format=format_)) == _rows(before)
    fresh.close()


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
async def test_an_exported_event_is_reported_once_in_its_own_database_and_in_another(
    api: Api, format_: str, sqlite_template: Path, tmp_path: Path
):
    for number in range(3):
        event = {"type": "purchase", "eventDate": "2024-05-01T00:00:00", "body": {"total": 1 + number // 2}}
        await api.report(**event, customerData={"email": "a@example.com"})
    once = await exported(api, "customEvent", format=format_)
    shutil.copy(sqlite_template, tmp_path / "fresh.db")
    fresh = Database.open(f"sqlite:///{tmp_path / 'fresh.db'}")
    async with running(fresh):
        progress = [
            await Importing(database).read(await store_file(database, "customEvent", content))
            for database in (api.database, fresh)
            for content in (once, once + "\n")
        ]
    fresh.close()

    assert [(each.done, each.repeated, each.refused) for each in progress] == [
        (0, 3, 0),
        (0, 3, 0),
        (3, 0, 0),
        (0, 3, 0),
    ]


def _rows(text: str) -> list[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(text)) if text[0] != "{" else map(json.loads, text.splitlines())
    found = [{name: value for name, value in row.items() if name not in GIVEN_BY_LAUREL} for row in rows]
    return [row | {"customerData": None} for row in found]  # names the member by id, too


async def test_filters_are_those_of_lists(api: Api):
    await fill(api)
    lines = {}
    for name, criteria in {
        "email": {"email": "MEMBER-3@example.com"},
        "like": {"email": {"like": "member-"}},
        "future": {"createdAt": {"gte": "2099-01-01"}},
        "active": {"active": False},
        "ignored": {"_page": 1, "active": True},
    }.items():
        lines[name] = len((await exported(api, format="jsonl", member=criteria)).splitlines())

    assert lines == {"email": 1, "like": 5, "future": 0, "active": 0, "ignored": 5}
    assert await exported(api, member={"email": "nobody"}) == (await exported(api)).splitlines(keepends=True)[0]


async def test_tiers_and_rewards_are_filtered_by_the_ids_that_the_api_shows(api: Api):
    await api.deploy(rewards__coffee="reward: coffee\n")
    customer = {"email": "Ann@bücher.example", "phone": "+48 500-100-200", "levelId": "silver"}
    ann = (await api.post("/api/DEFAULT/member", {"customer": customer})).json()["customerId"]
    await api.post("/api/DEFAULT/reward/coffee/buy", {"customerId": ann, "quantity": 1, "withoutPoints": True})
    tiers = {each["name"]: each["levelId"] for each in (await api.get("/api/DEFAULT/tier"))["items"]}
    (coffee,) = {each["rewardId"] for each in (await api.get("/api/DEFAULT/redemption"))["items"]}

    async def found(type_: str, **criteria: Any) -> int:
        return len((await exported(api, type_, format="jsonl", **{type_: criteria})).splitlines())

    assert [await found("member", levelId=each) for each in ("silver", tiers["silver"], tiers["gold"])] == [1, 1, 0]
    assert [await found("rewardFulfillment", rewardId=each) for each in ("coffee", coffee, coffee.upper(), ann)] == [
        1,
        1,
        1,
        0,
    ]
    assert await found("member", phone="+48500100200", email="ann@xn--bcher-kva.example") == 1


async def test_transfers_are_filtered_as_their_list_is(api: Api):
    await fill(api)
    listed = (await api.get("/api/DEFAULT/points"))["items"]
    (one,) = [each for each in listed if each["value"] == 12]
    more = {"customer": "email=member-0@example.com", "points": 2, "externalTransferId": "till-1"}
    assert (await api.post("/api/DEFAULT/points/add", {"transfer": more})).status_code == 200
    account = {"accountId": one["accountId"]}

    for asked, values in [
        ({"transferId": one["transferId"].upper()}, [12]),
        ({"externalTransferId": "till-1"}, [2]),
        ({"accountId": one["accountId"].upper()}, [12, 2]),
        ({**account, "value": {"lt": 12}}, [2]),
        ({"value": {"gte": "1.5", "lte": 3}}, [3, 2]),
        ({"value": 2.000001}, []),
        ({"comment": {"like": "1"}}, [12]),
        ({"member:id": one["customerId"], "walletType:code": "points"}, [12, 2]),
        ({"registeredOn": {"gt": "2099-01-01"}}, []),
        ({"actionCause:customEventId": one["transferId"]}, []),
    ]:
        text = await exported(api, "unitTransfer", format="jsonl", unitTransfer=asked)
        assert [json.loads(line)["value"] for line in text.splitlines()] == values, asked

    for wrong in ("NaN", "many", "1e999"):
        answer = await ask(api, "unitTransfer", unitTransfer={"value": wrong})
        assert fault(answer, "unitTransfer.value")


@pytest.mark.parametrize(
    ("criteria", "path"),
    [
        ({"emial": "x"}, "member.emial"),
        ({"active": "perhaps"}, "member.active"),
        ({"createdAt": {"gte": "soon"}}, "member.createdAt[gte]"),
        ({"createdAt": {"near": "2026-01-01"}}, "member.createdAt[near]"),
        ({"email": ["a"] * 3000}, "member.email"),
    ],
)
async def test_a_wrong_filter_is_refused_at_its_path(api: Api, criteria: Any, path: str):
    answer = await ask(api, member=criteria)

    assert fault(answer, path)["message"]


@pytest.mark.parametrize(
    ("type_", "code"), [("nothing", "unknownType"), ("memberTier", "notSupported"), ("campaignCode", "notSupported")]
)
async def test_what_is_not_exported_is_refused_with_what_to_do(api: Api, type_: str, code: str):
    assert fault(await ask(api, type_), "type")["code"] == code


async def test_two_workers_that_write_one_export_at_once_write_each_row_once(api_anywhere: Api, monkeypatch):
    api = api_anywhere
    await fill(api)
    monkeypatch.setattr(module, "PAGE", 1)
    export_id = (await ask(api, format="jsonl")).json()["exportId"]

    await asyncio.gather(*(write(api, export_id) for _ in range(3)))

    lines = (await api.http.get(f"{PATH}/{export_id}/download")).text.splitlines()
    assert [json.loads(line)["email"] for line in lines] == [f"member-{number}@example.com" for number in range(5)]


async def test_an_export_is_downloaded_when_it_is_done_and_tried_again_when_it_failed(api: Api):
    export_id = (await ask(api)).json()["exportId"]
    early = await api.http.get(f"{PATH}/{export_id}/download")
    await ExportActivities(api.database, api.programs).fail_export(ExportRef(STORE, export_id), "no disk")
    (stuck,) = (await api.get("/api/DEFAULT/stuck?kind=export"))["items"]

    retried = await api.http.post(stuck["retry"])
    again = await api.http.post(f"{PATH}/{export_id}/retry")
    await write(api, export_id)

    assert (fault(early, "export")["code"], stuck["reason"], retried.status_code) == ("wrongStatus", "no disk", 204)
    assert fault(again, "export")["code"] == "wrongStatus"
    assert (await api.get(f"{PATH}/{export_id}"))["status"] == "done"


async def test_an_export_that_there_is_not_is_not_found(api: Api):
    found = [await api.http.get(f"{PATH}/{new_id()}"), await api.http.get(f"{PATH}/x/download")]

    assert {answer.status_code for answer in found} == {404}
    assert (await api.http.post(f"{PATH}/x/retry")).status_code == 404


async def test_old_exports_are_deleted(api_anywhere: Api):
    api = api_anywhere
    await exported(api)
    waiting = (await ask(api)).json()["exportId"]

    while await api.database.delete_old_exports(before=datetime.now(UTC), limit=1):
        pass

    assert [each["exportId"] for each in (await api.get(PATH))["items"]] == [waiting]


async def test_a_caller_needs_the_permission_to_read_what_is_exported(api: Api):
    permissions = [{"resource": "EXPORT", "access": "MODIFY"}, {"resource": "POINT_TRANSFER", "access": "VIEW"}]
    made = await api.post("/api/acl/role", {"role": {"name": "exporter", "permissions": permissions}})
    exporter = await add_administrator(api, "exporter", role=made.json()["roleId"])
    headers = {"Authorization": exporter.key}
    theirs = (await ask(api)).json()["exportId"]
    await write(api, theirs)

    answers = [
        await api.http.post(f"{PATH}/unitTransfer", json={}, headers=headers),
        await api.http.post(f"{PATH}/member", json={}, headers=headers),
        await api.http.get(f"{PATH}/{theirs}/download", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403]
