"""What a member was known by before is nowhere, once they are anonymised: no audit entry or imported line keeps it."""

from datetime import UTC, datetime

from activities.merging import MergeActivities
from loyalty.references import MergeRef
from tests.api.members.test_anonymising import anonymise, answer_queue
from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api
from tests.kit.database import all_rows
from tests.kit.imports import Importing, store_file
from tests.kit.sent import answer_events
from tests.kit.transactions import document

FORMER = ("first-ewa", "second-ewa", "third-ewa", "500100200", "CARD-EWA")
"""A part of each, in lower case or as it is."""

MEMBERS = "email,phone,loyaltyCardNumber\nSecond-Ewa@Example.com,,\n,+48 500100200,\n,,CARD-EWA-7\n"
POINTS = "email,points\ngone@example.com,third-ewa@example.com\ngone@example.com,10\n"


async def change(api: Api, member: str, **customer: str | None) -> int:
    return (await api.http.put(f"{PATH}/{member}", json={"customer": customer})).status_code


async def test_a_sale_of_nobody_that_names_a_former_email_is_anonymised_unless_that_is_anothers_by_now(
    api_anywhere: Api,
):
    api = api_anywhere
    ewa = await register(api, email="old-ewa@example.com", loyaltyCardNumber="CARD-EWA-7")
    assert await change(api, ewa, email="ewa@example.com", loyaltyCardNumber="CARD-EWA-8") == 200
    for number, customer in enumerate(
        ({"email": "Old-Ewa@example.com", "name": "Ewa"}, {"loyaltyCardNumber": "CARD-EWA-7", "name": "Ewa"})
    ):
        assert (
            await api.post("/api/DEFAULT/transaction", document(f"D-{number}", customer=customer))
        ).status_code == 200
    exported = await api.get(f"{PATH}/{ewa}/export")
    await register(api, email="bert@example.com", loyaltyCardNumber="CARD-EWA-7")  # the card is given to another

    await anonymise(api, ewa)

    listed = (await api.get("/api/DEFAULT/transaction"))["items"]
    by_number = {each["header"]["documentNumber"]: each for each in listed}
    assert (by_number["D-0"]["customerData"], by_number["D-0"]["items"]) == ({}, [])
    assert len(by_number["D-1"]["items"]) == 1, "it was Bert's when he registered"
    assert {each["documentNumber"] for each in exported["transactions"]} == {"D-0", "D-1"}
    rows = await all_rows(api.database)
    assert rows["former_identity"] == []
    assert "old-ewa" not in str(rows).lower()


async def test_former_emails_phones_and_cards_are_in_no_row(api_anywhere: Api):
    api = api_anywhere
    ewa = await register(api, email="first-ewa@example.com", loyaltyCardNumber="CARD-EWA-7")
    other = await register(api, email="third-ewa@example.com")
    known = {"email": "first-ewa@example.com", "phone": "+48 500100200"}
    assert (await api.report(customerData=known)).status_code == 200
    await answer_events(api)
    importing = Importing(api.database)
    for member in ("email=First-Ewa@example.com", "phone=+48 500100200", "loyaltyCardNumber=CARD-EWA-7"):
        assert await change(api, member, birthDate="none") == 400
    assert await change(api, "email=first-ewa@example.com", email="second-ewa@example.com") == 200
    registering = await store_file(api.database, "member", MEMBERS)
    adding = await store_file(api.database, "unitTransferAdding", POINTS)
    assert [(await importing.read(each)).refused for each in (registering, adding)] == [3, 2]
    await answer_events(api)
    asked = await api.post(f"{PATH}/{ewa}/merge", {"mergedCustomer": other})
    merging = MergeActivities(api.database, api.programs)
    done = await merging.merge_members(MergeRef("DEFAULT", asked.json()["mergeId"]), datetime.now(UTC))
    assert done.status == "done"
    await answer_queue(api)
    for email in ("third-ewa@example.com", "last@example.com"):
        assert await change(api, "email=third-ewa@example.com", email=email) == 200
    assert await change(api, ewa, phone=None, loyaltyCardNumber=None) == 200
    await answer_events(api)

    await anonymise(api, ewa)

    rows = {name: texts for name, texts in (await all_rows(api.database)).items() if name != "import_chunk"}
    left = {(name, part) for name, texts in rows.items() for part in FORMER if part.lower() in str(texts).lower()}
    assert left == set()
    refused = [line for file in (registering, adding) for line in await importing.lines(file)]
    assert [(each.line, each.key, each.code) for each in refused] == [
        (2, "S…com", "identityTaken"),
        (3, "+…200", "identityTaken"),
        (4, "C…A-7", "identityTaken"),
        (2, None, "invalid"),
        (3, "g…com", "unknownMember"),
    ]
    assert "third-ewa" not in str(refused[3].message)
