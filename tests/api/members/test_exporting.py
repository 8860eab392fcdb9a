"""The export of everything that is kept of one member."""

import json
from decimal import Decimal

import pytest

from api.members.schemas import MemberExport
from database.personal_data import exporting
from database.personal_data.inventory import KEPT_OF_A_MEMBER
from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api
from tests.kit.personal_data import MARKER, fill

OF_IDS_ALONE = ("collisions", "referrals", "reversals", "reversibleEvents")
"""Sections that name members, and say nothing more of them."""


async def test_an_export_has_every_section_with_what_is_kept_of_the_member_alone(api_anywhere: Api):
    api = api_anywhere
    other = await register(api, email="other@example.com", firstName="Other")
    member_id = await fill(api)

    exported = await api.get(f"{PATH}/{member_id}/export")

    assert exported.keys() == MemberExport.__annotations__.keys()
    assert [rows.section for rows in KEPT_OF_A_MEMBER if not exported[rows.section]] == ["erasure"]
    personal = [
        rows.section for rows in KEPT_OF_A_MEMBER if (rows.personal or rows.deleted) and rows.section != "answers"
    ]
    assert {each for each in personal if MARKER not in json.dumps(exported[each], ensure_ascii=False)} == {
        *OF_IDS_ALONE,
        "steps",
    }
    assert other not in json.dumps(exported)
    assert exported["events"][0]["body"]
    assert {each["kind"] for each in exported["transfers"]} == {"award", "add", "spend"}
    assert sorted(each["points"] for each in exported["transfers"]) == [5, 10, 10, 600, 600]
    assert exported["member"][0]["profile"]["text"].startswith(MARKER)
    assert (exported["auditLog"][0]["username"], exported["answers"][0]["status"]) == ("admin", 200)


async def test_secrets_are_not_exported(api: Api):
    member_id = await fill(api)

    exported = await api.get(f"{PATH}/{member_id}/export")

    for rows in KEPT_OF_A_MEMBER:
        assert {name for each in exported[rows.section] for name in each} & {"passwordHash", "headers", "url"} == set()


async def test_an_export_is_read_in_pages_and_has_each_row_once(api_anywhere: Api, monkeypatch: pytest.MonkeyPatch):
    member_id = await fill(api_anywhere)
    whole = await api_anywhere.get(f"{PATH}/{member_id}/export")
    monkeypatch.setattr(exporting, "PAGE", 1)

    paged = await api_anywhere.get(f"{PATH}/{member_id}/export")

    assert {**paged, "exportedAt": ""} == {**whole, "exportedAt": ""}


async def test_what_cannot_be_read_is_exported_as_it_is(api: Api):
    member_id = await fill(api)
    await api.write(lambda tx: tx.connection.exec_driver_sql("UPDATE event SET decision = '{broken'"))

    exported = await api.get(f"{PATH}/{member_id}/export")

    assert {each["decision"] for each in exported["events"]} == {"{broken"}
    assert Decimal(str(exported["accounts"][0]["active"])) == 1205


@pytest.mark.parametrize(
    "member", ["0190f2a0-0000-7000-8000-00000000dead", "nobody", "email=nobody@example.com", "email="]
)
async def test_an_unknown_member_is_not_found(api: Api, member: str):
    answer = await api.http.get(f"{PATH}/{member}/export")

    assert (answer.status_code, answer.json()["code"]) == (404, 404)
