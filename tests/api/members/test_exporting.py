"""The export of everything that is kept of one member."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import update

from api.members.exporting import MemberExport
from database.personal_data import exporting
from database.personal_data.inventory import KEPT_OF_A_MEMBER
from database.tables import audit_log, campaign_code, correction, member_merge
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


async def test_a_member_exports_themselves_by_their_own_token_without_who_of_the_staff_did_what(api_anywhere: Api):
    api = api_anywhere
    other = await register(api, email="other@example.com")
    member_id = await fill(api)
    staff = {
        correction: ("asked_name", "decided_by", "decided_name", "undone_by", "undone_name", "carried_by"),
        member_merge: ("requested_by",),
        campaign_code: ("created_by",),
        audit_log: ("username", "address"),
    }
    for table, columns in staff.items():
        change = update(table).values(dict.fromkeys(columns, "Supporter"))
        await api.write(lambda tx, change=change: tx.connection.execute(change))
    whole = await api.get(f"{PATH}/{member_id}/export")
    tokens = await api.app.state.laurel.tokens.issue_to_member(member_id, "DEFAULT")
    logged_in = {"Authorization": f"Bearer {tokens['token']}"}

    own = await api.http.get(f"{PATH}/{member_id}/export", headers=logged_in)
    by_name = await api.http.get(f"{PATH}/email=ewa@example.com/export", headers=logged_in)
    of_others = [
        (await api.http.get(f"{PATH}/{each}/export", headers=logged_in)).status_code
        for each in (other, "email=other@example.com", "nobody", "email=")
    ]

    assert (own.status_code, by_name.status_code, of_others) == (200, 200, [403] * 4)
    administrator = whole["corrections"][0]["askedBy"]
    assert [whole["auditLog"][0]["userId"], whole["answers"][0]["client"]] == [administrator, f"admin/{administrator}"]
    assert json.dumps(whole).count("Supporter") > len(staff)
    assert [each for each in ("Supporter", administrator, "userType") if each in own.text] == []
    assert own.json()["corrections"][0]["comment"].startswith(MARKER)
    counts = {name: len(rows) for name, rows in whole.items() if isinstance(rows, list)}
    assert {name: len(own.json()[name]) for name in counts} == counts | {"sessions": counts["sessions"] + 1}


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
