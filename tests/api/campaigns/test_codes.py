"""Redemption codes over HTTP: generated, uploaded, listed, and used by an event."""

from tests.kit.api import Api, fault
from tests.kit.code_store import PROMO, WINTER
from tests.kit.sent import answer_events

PATH = "/api/DEFAULT/campaign/winter/codes"


async def test_codes_are_made_listed_and_used(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(reactors__winter=WINTER, events__promo=PROMO)
    assert (await api.post(f"{PATH}/generate", {"generate": {"numberOfCodes": 3}})).status_code == 204
    assert (await api.post(PATH, {"codes": ["Mine-1"]})).status_code == 204

    reported = await api.report(type="promo", body={"code": "mine-1"})
    assert reported.status_code == 200
    await answer_events(api)

    listed = await api.get(PATH)
    assert listed["total"]["filtered"] == 4
    assert len({each["code"] for each in listed["items"]}) == 4
    (used,) = (await api.get(f"{PATH}?status=used"))["items"]
    assert (used["code"], used["uses"], used["createdBy"].partition("/")[0]) == (
        "MINE-1",
        1,
        used["createdBy"].partition("/")[0],
    )
    assert used["usedAt"] is not None
    assert used["usedByMemberId"]
    assert (await api.get(f"{PATH}?code=mine-1"))["items"] == [used]
    assert len((await api.get(f"{PATH}?status=active"))["items"]) == 3


async def test_what_cannot_be_made_is_refused(api: Api):
    await api.deploy(reactors__winter=WINTER, events__promo=PROMO)
    await api.post(PATH, {"codes": ["A"]})

    taken = await api.post(PATH, {"codes": ["a"]})
    no_codes = await api.post("/api/DEFAULT/campaign/points-for-purchase/codes", {"codes": ["A"]})
    none = await api.post(f"{PATH}/generate", {"generate": {"numberOfCodes": 0}})
    unknown = await api.post("/api/DEFAULT/campaign/nothing/codes/generate", {"generate": {"numberOfCodes": 1}})
    status = await api.http.get(f"{PATH}?status=lost")

    assert (fault(taken, "codes")["code"], fault(no_codes, "campaign")["code"]) == ("codeTaken", "takesNoCodes")
    assert [each.status_code for each in (taken, no_codes, none, unknown, status)] == [400, 400, 400, 404, 400]
