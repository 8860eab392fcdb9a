"""Merges over HTTP: previewed, asked for, listed and shown; the old id leads to the survivor everywhere."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from activities.merging import MergeActivities
from loyalty.references import EventRef, MergeRef
from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api, fault
from tests.kit.sent import answer_events, sent, subscribe

MERGES = "/api/DEFAULT/merge"


async def do(api: Api, merge_id: str) -> str:
    """Do what the workflow of a merge does, and let its event be answered."""
    merging = MergeActivities(api.database, api.programs)
    outcome = await merging.merge_members(MergeRef("DEFAULT", merge_id), datetime.now(UTC))
    shown = await api.get(f"{MERGES}/{merge_id}")
    api.started.append(EventRef("DEFAULT", shown["customEventId"], "members_merged", shown["customerId"], 1))
    return outcome.status


async def two(api: Api) -> tuple[str, str]:
    """Two members, of whom the second one has points, a phone and attributes."""
    size = [{"key": "size", "value": "M"}]
    anna = await register(api, firstName="Anna", agreement1=True, customAttributes=size)
    more = {"phone": "+48500100200", "lastName": "Nowak", "agreement1": False}
    bert = await register(
        api,
        email="bert@example.com",
        **more,
        customAttributes=[{"key": "size", "value": "L"}, {"key": "a", "value": "b"}],
    )
    added = {"transfer": {"customer": bert, "points": 30}}
    assert (await api.post("/api/DEFAULT/points/add", added)).status_code == 200
    await answer_events(api)
    return anna, bert


async def merged(api: Api) -> tuple[str, str, dict[str, Any]]:
    """Two members, the second one merged into the first one, and the merge as it is shown."""
    anna, bert = await two(api)
    answer = await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": "email=bert@example.com"})
    assert answer.status_code == 200, answer.text
    assert await do(api, answer.json()["mergeId"]) == "done"
    await answer_events(api)
    return anna, bert, await api.get(f"{MERGES}/{answer.json()['mergeId']}")


async def test_a_preview_says_what_the_merge_does(api_anywhere: Api):
    api = api_anywhere
    anna, bert = await two(api)

    preview = await api.post(f"{PATH}/{anna}/merge/preview", {"mergedCustomer": bert})
    answer = await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": bert, "comment": "one person"})
    waiting = await api.get(f"{MERGES}/{answer.json()['mergeId']}")
    await do(api, waiting["mergeId"])
    done = await api.get(f"{MERGES}/{waiting['mergeId']}")

    assert preview.status_code == 200, preview.text
    expected = preview.json()
    (wallet,) = expected["wallets"]
    assert (wallet["own"], wallet["merged"], wallet["after"], len(wallet["lots"])) == (0, 30, 30, 1)
    assert expected["identities"] == {"moved": ["phone"], "leadToSurvivor": ["email"]}
    assert expected["attributes"] == {"moved": ["a"], "dropped": ["size"]}
    assert expected["profile"] == {"moved": ["lastName"], "dropped": ["agreement1"]}
    assert (waiting["status"], done["status"]) == ("waiting", "done")
    assert (waiting["comment"], done["comment"]) == ("one person", "one person")
    assert done["result"]["wallets"] == expected["wallets"]
    assert done["result"]["moved"]["events"] == expected["moved"]["events"] + 1  # the one that asks for the merge


async def test_the_old_id_leads_to_the_survivor_everywhere(api_anywhere: Api):
    api = api_anywhere
    anna, bert, done = await merged(api)

    assert (done["customerId"], done["mergedCustomerId"]) == (anna, bert)
    for named in (bert, "email=bert@example.com", "phone=+48500100200"):
        shown = await api.get(f"{PATH}/{named}")
        assert (shown["customerId"], shown["lastName"], shown["agreement1"]) == (anna, "Nowak", False)
    items = (await api.get(PATH))["items"]
    assert [each["customerId"] for each in items] == [anna]
    assert (await api.get(f"{PATH}?customerId={bert}"))["items"][0]["customerId"] == anna
    (moved,) = (await api.get(f"/api/DEFAULT/points?member:id={bert}"))["items"]
    assert (moved["customerId"], moved["value"]) == (anna, 30)
    reported = await api.report(type="app_login", customerData={"email": "bert@example.com"})
    event = await api.get(f"/api/DEFAULT/customEvent/{reported.json()['customEventId']}")
    assert event["customerId"] == anna
    assert len((await api.get(f"/api/DEFAULT/customEvent?customerId={bert}"))["items"]) == 1
    batch = {
        "events": [{"type": "app_login", "eventDate": "2024-05-01T00:00:00", "customerData": {"customerId": bert}}]
    }
    answer = await api.post("/api/DEFAULT/customEvent/batch", batch)
    assert answer.status_code == 200, answer.text
    assert len((await api.get(f"/api/DEFAULT/customEvent?customerId={anna}"))["items"]) == 2


async def test_the_survivor_is_told_of_by_messages(api: Api):
    anna, bert = await two(api)
    await subscribe(api, ("AvailablePointsAmountChanged", "CustomerUpdated"))

    answer = await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": bert})
    await do(api, answer.json()["mergeId"])
    messages = await sent(api)

    assert [name for name, _ in messages] == ["AvailablePointsAmountChanged", "CustomerUpdated"]
    change, updated = [data for _, data in messages]
    assert change["customer"]["customerId"] == updated["customer"]["customerId"] == anna
    assert change["amountChange"] == 30


async def test_what_is_in_the_way_is_refused(api_anywhere: Api):
    api = api_anywhere
    anna, bert, _ = await merged(api)
    cecil = await register(api, email="cecil@example.com")

    again = await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": bert})
    unknown = await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": "email=nobody@example.com"})
    answers = await asyncio.gather(*(api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": cecil}) for _ in range(4)))
    back = await api.post(f"{PATH}/{cecil}/merge/preview", {"mergedCustomer": anna})

    assert fault(again, "mergedCustomer")["code"] == "sameMember"
    assert fault(unknown, "mergedCustomer")["code"] == "unknownMember"
    assert sorted(each.status_code for each in answers) == [200, 400, 400, 400]
    assert fault(back, "member")["code"] == "mergeUnderWay"
    waiting = (await api.get(f"{MERGES}?status=waiting"))["items"]
    assert [each["mergedCustomerId"] for each in waiting] == [cecil]
    assert (await api.http.get(f"{MERGES}/{anna}")).status_code == 404


async def test_a_part_that_leads_to_the_survivor_is_taken_and_the_survivor_may_have_it(api_anywhere: Api):
    api = api_anywhere
    anna, _, _ = await merged(api)
    cecil = await register(api, email="cecil@example.com")

    taken = await api.http.put(f"{PATH}/{cecil}", json={"customer": {"email": "bert@example.com"}})
    given = await api.http.put(f"{PATH}/{anna}", json={"customer": {"email": "bert@example.com"}})

    assert fault(taken, "customer.email")["code"] == "alreadyUsed"
    assert given.status_code == 200 or given.status_code == 204, given.text
    assert (await api.get(f"{PATH}/{anna}"))["email"] == "bert@example.com"


async def test_an_export_of_the_survivor_has_what_was_kept_of_the_other(api: Api):
    anna, bert, _ = await merged(api)

    exported = await api.get(f"{PATH}/{bert}/export")

    assert exported["customerId"] == anna
    assert sorted(each["id"] for each in exported["member"]) == sorted([anna, bert])
    assert "bert@example.com" in str(exported["member"])
    assert len(exported["merges"]) == 1
