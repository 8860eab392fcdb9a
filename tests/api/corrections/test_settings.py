"""The reasons that a store lists."""

import pytest

from tests.api.corrections.shop import PATH, Desk
from tests.kit.api import fault


async def put(desk: Desk, **settings: object):
    return await desk.api.http.put(f"{PATH}/settings", json={"settings": settings})


async def test_a_store_lists_reasons_of_its_own(desk_anywhere: Desk):
    desk = desk_anywhere
    default = await desk.api.get(f"{PATH}/settings")
    reasons = [{"code": "late", "title": "It was late"}, {"code": "old", "title": "Of before", "active": False}]

    changed = (await put(desk, reasons=reasons)).json()

    assert (default["required"], "goodwill" in [each["code"] for each in default["reasons"]]) == (False, True)
    assert changed == await desk.api.get(f"{PATH}/settings")
    assert [each["active"] for each in changed["reasons"]] == [True, False]
    gift = {"type": "add", "points": 5}
    assert (await desk.made(reason="late", points=gift))["reason"] == "late"
    for other in ("goodwill", "old"):
        refused = fault(await desk.ask(reason=other, points=gift), "correction.reason")
        assert (refused["code"], refused["parameters"]) == ("unknownReason", {"reasons": ["late"]})


async def test_what_is_left_out_stays(desk: Desk):
    await put(desk, required=True)
    after = (await put(desk, reasons=[{"code": "late", "title": "It was late"}])).json()

    assert (after["required"], len(after["reasons"])) == (True, 1)


@pytest.mark.parametrize(
    ("reasons", "path", "code"),
    [
        ([], "settings.reasons", "tooShort"),
        ([{"code": "a b", "title": "x"}], "settings.reasons.0.code", "stringPatternMismatch"),
        ([{"code": "a", "title": "x"}, {"code": "a", "title": "y"}], "settings.reasons.1.code", "alreadyUsed"),
        ([{"code": "a", "title": "x", "active": False}], "settings.reasons", "invalid"),
    ],
)
async def test_invalid_reasons_are_refused(desk: Desk, reasons: list, path: str, code: str):
    assert fault(await put(desk, reasons=reasons), path)["code"] == code
