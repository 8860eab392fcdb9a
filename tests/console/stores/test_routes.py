"""A store without a program: its pages lead to the form of a first one, which goes on in a draft."""

import pytest

from access import Permission
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import Visitor, text_of, visiting

NEW = "/console/new-store"
SECOND = {"code": "SECOND", "title": 'Tea: "the" # <b>', "timezone": "Europe/Warsaw", "wallet": "leaves"}
PAGES = ("", "/program", "/event-types", "/simulate", "/members", "/program/draft")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_of_a_store_without_a_program_leads_to_its_first_one(visitor: Visitor, path: str) -> None:
    page = await visitor.get(f"/console/stores/SECOND{path}")

    assert page.status_code == 404
    assert "The store SECOND has no program yet." in text_of(page)
    assert f'href="{NEW}?code=SECOND"' in page.text


async def test_a_store_is_made_with_its_first_program_and_goes_on_in_a_draft(api: Api, visitor: Visitor) -> None:
    shown = await visitor.get(f"{NEW}?code=SECOND")
    made = await visitor.post(NEW, SECOND)
    draft = await visitor.page(made.headers["location"])
    again = await visitor.post(NEW, SECOND)
    other = await visitor.post(NEW, SECOND | {"title": "Another"})

    assert 'value="SECOND"' in shown.text
    assert (made.status_code, made.headers["location"]) == (303, "/console/stores/SECOND/program/draft")
    assert "The store is made" in draft
    program = (await api.get("/api/SECOND/program/1"))["files"]["program.yaml"]
    assert "leaves" in program
    assert (await api.get("/api/store/SECOND"))["name"] == SECOND["title"]
    assert (again.status_code, other.status_code) == (303, 409)
    assert 'value="Another"' in other.text
    log = (await visitor.get("/console/audit-log?_format=csv")).text
    assert "POST /console/new-store,PROGRAM,,SECOND,done,200" in log


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "two words", "a code is made of letters"),
        ("code", "", "a code is made of letters"),
        ("title", "", "this is needed"),
        ("timezone", "Europe/Warsow", "Europe/Warsaw"),
        ("wallet", "two words: {}", "two words"),
    ],
)
async def test_what_makes_no_program_is_refused(api: Api, visitor: Visitor, field: str, value: str, said: str) -> None:
    refused = await visitor.post(NEW, SECOND | {field: value})

    assert refused.status_code == 400
    assert said in text_of(refused)
    assert (await api.get("/api/store"))["total"]["all"] == 1


async def test_who_may_not_deploy_or_reaches_another_store_makes_none(api: Api) -> None:
    viewer = await add_role(api, "viewer", frozenset({Permission.VIEW_PROGRAMS}))
    reader = await add_administrator(api, "reader", role=viewer)
    async with visiting(api) as other:
        await other.log_in(reader.username)
        page = await other.get("/console/stores/SECOND/program")
        form, sent = await other.get(NEW), await other.post(NEW, SECOND)

    assert (page.status_code, form.status_code, sent.status_code) == (404, 403, 403)
    assert "ask who may" in text_of(page)
    assert NEW not in page.text
