"""The page of settings: what counts and where it comes from, and the reasons of changes by hand."""

from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of, text_of

SETTINGS = f"{HOME}/settings"
ROW = "settings.reasons.{}.{}"
GOOD = {ROW.format(0, "code"): "goodwill", ROW.format(0, "title"): "Goodwill", ROW.format(0, "active"): "true"}


async def test_every_setting_is_shown_with_where_it_comes_from(api: Api, visitor: Visitor) -> None:
    await api.post("/api/DEFAULT/settings", {"settings": {"expirePointsNotificationDays": 14}})

    shown = await visitor.page(SETTINGS)

    assert f"{HOME}/program/draft/file?path=program.yaml" in (await visitor.get(SETTINGS)).text
    for expected in (
        "Change program.yaml in your draft",
        "Units 14 days, as set here; the program says 7d, which does not count",
        "Coupons 3d, as the program says",
        "Tiers no notice",
        "Name of the program Coffee shop",
        "Time zone Europe/Warsaw",
        "Currency of the store",
    ):
        assert expected in shown, expected


async def test_reasons_are_set_and_what_is_wrong_is_said_at_its_field(api: Api, visitor: Visitor) -> None:
    key = hidden_of(await visitor.get(SETTINGS))
    other = {ROW.format(7, "code"): "goodwill", ROW.format(7, "title"): "<i>Again</i>"}

    twice = await visitor.post(SETTINGS, key | GOOD | other)
    none = await visitor.post(SETTINGS, key | {ROW.format(0, "code"): "a b", ROW.format(0, "title"): "Spaces"})
    more = await visitor.post(SETTINGS, GOOD | {"_more": "1"})
    saved = await visitor.post(SETTINGS, key | GOOD | {"settings.required": "true"})

    assert [each.status_code for each in (twice, none, more, saved)] == [400, 400, 200, 303]
    assert 'id="f-settings-reasons-1-code-error"' in twice.text
    assert "&lt;i&gt;Again" in twice.text
    assert 'id="f-settings-reasons-0-code-error"' in none.text
    assert "Reason 2: code" in text_of(more)
    known = await api.get("/api/DEFAULT/correction/settings")
    assert known["required"]
    assert [(each["code"], each["active"], each["needsComment"]) for each in known["reasons"]] == [
        ("goodwill", True, False)
    ]
