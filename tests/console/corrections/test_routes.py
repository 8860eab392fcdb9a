"""Pages of corrections: previewed, made, undone, approved by a second person."""

from collections.abc import Mapping
from decimal import Decimal
from re import findall

from access import Bound, Bounds, Permission
from tests.console.members.test_routes import register
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of, visiting
from tests.kit.programs import PROGRAM

ADD = {
    "_kind": "points",
    "correction.points.type": "add",
    "correction.points.points": "120",
    "correction.reason": "missing",
}


async def balance(api: Api, member: str) -> int:
    return int((await api.get(f"/api/DEFAULT/member/{member}/status"))["activePoints"])


async def previewed(visitor: Visitor, path: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form after its preview, with the button that makes what was previewed."""
    preview = await visitor.post(path, {**fields, "_do": "preview"})
    return {**fields, "_previewed": hidden_of(preview).get("_previewed", ""), "_do": "make"}


async def test_points_are_previewed_added_and_taken_back(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    path = f"{HOME}/members/{anna}/correct"
    fields = hidden_of(await visitor.get(path)) | ADD

    preview = await visitor.post(path, fields | {"_do": "preview"})
    before = await balance(api, anna)
    shown = {"_previewed": hidden_of(preview)["_previewed"], "_do": "make"}
    made = await visitor.post(path, fields | shown | {"correction.comment": "a comment changes no preview"})
    after = await balance(api, anna)
    undone = await visitor.post(f"{made.headers['location']}/undo", {"correction.comment": "another member"})

    assert preview.status_code == 200
    assert "What it would do" in preview.text
    assert "Make this correction" in preview.text
    assert (before, after, await balance(api, anna)) == (0, 120, 0)
    assert undone.status_code == 303
    assert "undone" in await visitor.page(undone.headers["location"])
    assert "1 in all" in await visitor.page(f"{HOME}/corrections?status=undone")


async def test_the_form_sent_twice_corrects_once(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    path = f"{HOME}/members/{anna}/correct"
    fields = await previewed(visitor, path, hidden_of(await visitor.get(path)) | ADD)

    first, second = await visitor.post(path, fields), await visitor.post(path, fields)

    assert first.headers["location"] == second.headers["location"]
    assert await balance(api, anna) == 120


async def test_what_was_changed_after_the_preview_is_previewed_again(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    path = f"{HOME}/members/{anna}/correct"
    make = await previewed(visitor, path, hidden_of(await visitor.get(path)) | ADD)

    changed = [
        await visitor.post(path, make | {"correction.points.points": "1200"}),
        await visitor.post(path, make | {"correction.points.type": "subtract", "correction.points.points": "0"}),
        await visitor.post(path, make | {"_previewed": ""}),
        await visitor.post(path, make | {"_previewed": "x" * 10_000}),
    ]
    before = await balance(api, anna)
    made = await visitor.post(path, make | {"correction.points.points": "1200"} | hidden_of(changed[0]))

    assert [each.status_code for each in changed] == [200, 400, 200, 200]
    assert "It was changed after the preview, so nothing was done yet." in changed[0].text
    assert (before, made.status_code, await balance(api, anna)) == (0, 303, 1200)


async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    path = f"{HOME}/members/{anna}/correct"
    fields = hidden_of(await visitor.get(path)) | ADD

    too_much = await visitor.post(path, fields | {"correction.points.type": "subtract", "_do": "preview"})
    no_number = await visitor.post(path, fields | {"correction.points.points": "many", "_do": "make"})
    no_reason = await visitor.post(path, fields | {"correction.reason": "", "_do": "make"})

    assert [each.status_code for each in (too_much, no_number, no_reason)] == [400, 400, 400]
    assert 'id="f-correction-points-points-error"' in no_number.text
    assert 'value="many"' in no_number.text
    assert 'id="f-correction-reason-error"' in no_reason.text


async def test_every_kind_has_a_form(api: Api, visitor: Visitor) -> None:
    anna = await register(api)

    for kind in ("points", "tier", "reward", "progress", "badge", "nonsense"):
        assert "Reason" in await visitor.page(f"{HOME}/members/{anna}/correct?kind={kind}")


async def test_what_is_above_a_bound_waits_for_a_second_person(api: Api, visitor: Visitor) -> None:
    anna = await register(api)

    few = Bounds((Bound("points", Decimal(100), None),))
    await add_administrator(api, "careful", role=await add_role(api, "careful", frozenset(Permission), few))
    path = f"{HOME}/members/{anna}/correct"
    async with visiting(api) as careful:
        await careful.log_in("careful")
        fields = hidden_of(await careful.get(path)) | ADD
        preview = await careful.post(path, fields | {"_do": "preview"})
        asked = await careful.post(path, await previewed(careful, path, fields))
        own = await careful.post(f"{asked.headers['location']}/approve")
    waiting = await balance(api, anna)
    approved = await visitor.post(f"{asked.headers['location']}/approve", {"correction.comment": "I saw it"})

    assert "above your bound" in preview.text
    assert own.status_code in (400, 403)
    assert (waiting, approved.status_code, await balance(api, anna)) == (0, 303, 120)


async def test_tiers_of_several_sets_that_share_a_name_are_told_apart_and_taken_back(
    api: Api, visitor: Visitor
) -> None:
    tiers = "[{tier: guest, from: 0}, {tier: gold, from: 50}]"
    await api.deploy(program=f"{PROGRAM}tier_sets:\n  club: {{by: spent_points, title: Club, tiers: {tiers}}}\n")
    anna = await register(api)
    path = f"{HOME}/members/{anna}/correct"
    page = await visitor.get(f"{path}?kind=tier")
    golds = {
        title: value for value, title in findall(r'<option value="([^"]*)"[^>]*>([^<]*: gold)</option>', page.text)
    }
    (club,) = findall(r'<option value="([^"]*)"[^>]*>Club</option>', page.text)
    fields = hidden_of(page) | {"correction.reason": "mistake"}

    async def correct(tier: str, tier_set: str) -> int:
        chosen = {"correction.tier.levelId": tier, "correction.tier.tierSetId": tier_set}
        key = hidden_of(await visitor.get(f"{path}?kind=tier"))["_key"]
        return (await visitor.post(path, await previewed(visitor, path, fields | chosen | {"_key": key}))).status_code

    statuses = [
        await correct(golds["Club: gold"], ""),
        await correct("", ""),  # of the default set, in which none was set by hand
        await correct(golds["Club: gold"], "nonsense"),
        await correct("", club),
    ]
    back, put = (await api.get("/api/DEFAULT/correction"))["items"]

    assert len(golds) == 2
    assert statuses == [303, 400, 400, 303]
    assert (put["unit"], put["outcome"]["after"]["tierOfSet"]) == ("club/gold", "gold")
    assert back["outcome"]["after"]["tierOfSet"] == "guest"
