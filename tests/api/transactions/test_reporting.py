"""Sales are reported, found, changed and given to members over HTTP."""

import asyncio
from typing import Any

import pytest

from tests.kit.api import Api
from tests.kit.transactions import document, line

PATH = "/api/DEFAULT/transaction"
ANNA = {"email": "anna@example.com"}


async def _member(api: Api, **identity: Any) -> str:
    answer = await api.post("/api/DEFAULT/member", {"customer": identity or ANNA})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["customerId"])


async def _reported(api: Api, body: dict[str, Any]) -> str:
    answer = await api.post(PATH, body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["transactionId"])


async def _faults(api: Api, body: Any, path: str = PATH) -> list[tuple[str, str]]:
    answer = await api.post(path, body)
    assert answer.status_code == 400, answer.text
    return [(each["path"], each["code"]) for each in answer.json()["errors"]]


@pytest.fixture
async def shop(api: Api) -> Api:
    await api.deploy()
    return api


async def test_a_sale_belongs_at_once_to_the_member_whose_data_it_has(shop: Api) -> None:
    anna = await _member(shop, **ANNA, phone="+48500100200", loyaltyCardNumber="C-1")
    shop.started.clear()
    sold = document(
        "A", "beans", line("cup", 2, labels=[{"key": "colour", "value": "red"}]), customer={"phone": "+48500100200"}
    )

    transaction_id = await _reported(shop, sold)

    shown = await shop.get(f"{PATH}/{transaction_id}")
    assert (shown["matched"], shown["customerId"], shown["grossValue"]) == (True, anna, 40)
    assert shown["header"]["documentNumber"] == "A"
    assert shown["items"][1]["labels"] == [{"key": "colour", "value": "red"}]
    assert [(each.type, each.member) for each in shop.started] == [("transaction", anna)]


async def test_a_sale_of_somebody_unknown_is_kept_and_registers_nobody(shop: Api) -> None:
    shop.started.clear()

    transaction_id = await _reported(shop, document("A", customer=ANNA))

    shown = await shop.get(f"{PATH}/{transaction_id}")
    members = await shop.get("/api/DEFAULT/member")
    assert (shown["matched"], "customerId" in shown, members["items"]) == (False, False, [])
    assert [(each.type, each.member) for each in shop.started] == [("transaction_registered", "")]


async def test_the_same_document_is_stored_once_and_another_of_its_number_is_refused(shop: Api) -> None:
    first = await _reported(shop, document("A", customer=ANNA))

    again = await _reported(shop, document("A", customer=ANNA))

    assert again == first
    assert await _faults(shop, document("A", "cup", customer=ANNA)) == [
        ("transaction.header.documentNumber", "documentNumberReused")
    ]
    assert (await shop.get(PATH))["total"]["all"] == 1


async def test_one_document_reported_many_times_at_once_is_stored_once(api_anywhere: Api) -> None:
    await api_anywhere.deploy()
    await _member(api_anywhere)
    api_anywhere.started.clear()

    known = [_reported(api_anywhere, document("A", customer=ANNA)) for _ in range(8)]
    unknown = [_reported(api_anywhere, document("B", customer={"email": "bert@example.com"})) for _ in range(8)]
    ids = await asyncio.gather(*known, *unknown)

    assert len(set(ids)) == 2
    assert sorted(each.type for each in api_anywhere.started) == ["transaction", "transaction_registered"]


async def test_a_sale_is_assigned_by_hand_to_one_of_those_who_ask_at_once(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.deploy()
    members = [await _member(api, loyaltyCardNumber=card) for card in ("C-1", "C-2")]
    transaction_id = await _reported(api, document("A"))
    asked = [{"transactionDocumentNumber": "A", "customerLoyaltyCardNumber": card} for card in ("C-1", "C-2") * 3]

    answers = await asyncio.gather(*(api.post(f"{PATH}/assign", {"assign": each}) for each in asked))

    shown = await api.get(f"{PATH}/{transaction_id}")
    given = [each.json() for each in answers if each.status_code == 200]
    assert given == [{"transactionId": transaction_id, "customerId": shown["customerId"]}] * 3
    assert shown["customerId"] in members
    refused = [each.json()["errors"][0]["code"] for each in answers if each.status_code == 400]
    assert refused == ["alreadyAssigned"] * 3
    assert [each.type for each in api.started].count("transaction") == 1


async def test_nobody_unknown_is_assigned_and_no_unknown_document(shop: Api) -> None:
    await _member(shop, loyaltyCardNumber="C-1")
    await _reported(shop, document("A"))

    async def refused(**assign: Any) -> list[tuple[str, str]]:
        return await _faults(shop, {"assign": assign}, f"{PATH}/assign")

    assert await refused(transactionDocumentNumber="A") == [("assign", "missing")]
    assert await refused(transactionDocumentNumber="A", customerPhoneNumber="+1") == [("assign", "unknownMember")]
    assert await refused(transactionDocumentNumber="A", customerId="mine") == [("assign.customerId", "invalidId")]
    await _member(shop, loyaltyCardNumber="C-2", phone="+48500100201")
    two = {"customerLoyaltyCardNumber": "C-1", "customerPhoneNumber": "+48500100201"}
    assert await refused(transactionDocumentNumber="A", **two) == [("assign", "differentMembers")]
    assert await refused(transactionDocumentNumber="Z", customerLoyaltyCardNumber="C-1") == [
        ("assign.transactionDocumentNumber", "unknownTransaction")
    ]


async def test_what_a_sale_says_changes_until_it_has_its_member(shop: Api) -> None:
    anna = await _member(shop)
    transaction_id = await _reported(shop, document("A", customer={"name": "Ann"}))

    async def put(body: dict[str, Any]) -> Any:
        return await shop.http.put(f"{PATH}/{transaction_id}", json={"transaction": body})

    changed = await put(document("A", "cup", customer={"name": "Anna"} | ANNA))
    shown = await shop.get(f"{PATH}/{transaction_id}")
    late = await put(document("A", "beans", customer={"name": "Anna"} | ANNA))
    renamed = await put(document("A", "cup", customer={"name": "Anne"} | ANNA))

    assert (changed.status_code, renamed.status_code, late.status_code) == (204, 204, 400)
    assert (shown["customerId"], shown["items"][0]["sku"]) == (anna, "cup")
    assert late.json()["errors"][0]["path"] == "transaction.transaction.items"
    assert (await shop.get(f"{PATH}/{transaction_id}"))["customerData"]["name"] == "Anne"


async def test_labels_are_set_and_removed(shop: Api) -> None:
    transaction_id = await _reported(shop, document("A", labels=[{"key": "till", "value": "7"}]))
    labels = f"{PATH}/{transaction_id}/labels"

    two = [{"key": "till", "value": "8"}, {"key": "table", "value": "1"}]
    added = await shop.http.put(labels, json={"labels": two})
    removed = await shop.http.request("DELETE", labels, json={"labels": [{"key": "table", "value": ""}]})

    assert (added.status_code, removed.status_code) == (204, 204)
    assert (await shop.get(f"{PATH}/{transaction_id}"))["header"]["labels"] == [{"key": "till", "value": "8"}]
    assert (await shop.get(f"{PATH}?header:labels=till;8"))["total"]["filtered"] == 1
    assert (await shop.get(f"{PATH}?header:labels=till;7"))["total"]["filtered"] == 0


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("customerData:email=ANNA@example.com", ["A"]),
        ("customerData:loyaltyCardNumber=C-9", ["B"]),
        ("customerData:phone=%2B48500100200", ["B"]),
        ("customerData:name[like]=NN", ["A"]),
        ("customerData:nip=77", ["B"]),
        ("customerData:customerId=not-an-id", []),
        ("matched=true", ["A"]),
        ("matched=false", ["B"]),
        ("header:documentType=sell", ["B", "A"]),
        ("header:documentNumber=A", ["A"]),
        ("header:linkedDocumentNumber=A", []),
        ("header:purchasePlace[like]=STREET", ["B"]),
        ("header:purchasedAt[gt]=2026-05-01T13:00:00", ["B"]),
        ("header:labels=till", ["B"]),
        ("channelId=web", ["B"]),
        ("grossValue[gte]=20", ["A"]),
        ("grossValue=10.5", ["B"]),
        ("items:sku=beans", ["A"]),
        ("items:category=dishes", ["B"]),
        ("items:maker=Potter", ["B"]),
        ("items:labels=colour;red", ["B"]),
        ("items:labels=colour&items:sku=beans", []),
    ],
)
async def test_sales_are_listed_by_every_filter(shop: Api, query: str, numbers: list[str]) -> None:
    await _member(shop)
    await _reported(shop, document("A", "beans", customer=ANNA | {"name": "Anna"}))
    cup = line("cup", grossValue=10.5, maker="Potter", labels=[{"key": "colour", "value": "red"}])
    customer = {"loyaltyCardNumber": "C-9", "phone": "+48500100200", "nip": "77"}
    report = document(
        "B",
        cup,
        customer=customer,
        purchasedAt="2026-05-02T12:00:00",
        purchasePlace="High street",
        labels=[{"key": "till", "value": "7"}],
    )
    report["transaction"]["channelId"] = "web"
    await _reported(shop, report)

    listed = await shop.get(f"{PATH}?{query}")

    assert [each["header"]["documentNumber"] for each in listed["items"]] == numbers


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"grossValue": -1}, "items.0.grossValue", "invalidAmount"),
        ({"grossValue": 1.2345678}, "items.0.grossValue", "invalidAmount"),
        ({"grossValue": 1_000_000_001}, "items.0.grossValue", "invalidAmount"),
        ({"grossValue": "20"}, "items.0.grossValue", "numberType"),
        ({"grossValue": True}, "items.0.grossValue", "numberType"),
        ({"quantity": 0}, "items.0.quantity", "invalidAmount"),
        ({"quantity": -1}, "items.0.quantity", "invalidAmount"),
        ({"highPrecisionQuantity": 0.0000001}, "items.0.highPrecisionQuantity", "invalidAmount"),
        ({"sku": ""}, "items.0.sku", "stringTooShort"),
        ({"sku": None}, "items.0.sku", "stringType"),
        ({"labels": [{"key": "a", "value": []}]}, "items.0.labels.0.value", "labelType"),
        ({"labels": [{"key": "a", "value": "1"}] * 2}, "items.0.labels.1.key", "repeatedKey"),
    ],
)
async def test_a_line_that_cannot_be_is_refused_at_its_place(shop: Api, changed: Any, path: str, code: str) -> None:
    assert await _faults(shop, document("A", line("beans") | changed)) == [(f"transaction.{path}", code)]


async def test_amounts_that_are_no_numbers_are_refused(shop: Api) -> None:
    text = '{"transaction": {"items": [{"grossValue": NaN}]}}'

    answer = await shop.http.post(PATH, content=text)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (document("A", customer={"customerId": "7"}), "customerData.customerId", "invalidId"),
        (document("A", customer={"email": " "}), "customerData.email", "valueError"),
        (document("A", purchasedAt="yesterday"), "header.purchasedAt", "invalidDate"),
        (document(""), "header.documentNumber", "stringTooShort"),
        (document("A", documentType="gift"), "header.documentType", "literalError"),
    ],
)
async def test_a_document_that_cannot_be_is_refused_at_its_place(shop: Api, body: Any, path: str, code: str) -> None:
    assert await _faults(shop, body) == [(f"transaction.{path}", code)]


async def test_a_document_needs_an_item(shop: Api) -> None:
    empty = document("A")
    empty["transaction"]["items"] = []

    assert await _faults(shop, empty) == [("transaction.items", "tooShort")]


async def test_a_sale_with_the_email_of_one_member_and_the_card_of_another_is_of_the_first(shop: Api) -> None:
    anna = await _member(shop)
    await _member(shop, loyaltyCardNumber="C-2")

    sale = await _reported(shop, document("A", customer=ANNA | {"loyaltyCardNumber": "C-2"}))

    assert (await shop.get(f"{PATH}/{sale}"))["customerId"] == anna


async def test_no_transaction_of_this_id_is_not_found(shop: Api) -> None:
    answers = [
        await shop.http.get(f"{PATH}/nothing"),
        await shop.http.put(f"{PATH}/nothing", json={"transaction": document("A")}),
        await shop.http.put(f"{PATH}/nothing/labels", json={"labels": []}),
        await shop.http.request("DELETE", f"{PATH}/nothing/labels", json={"labels": []}),
    ]

    assert [each.status_code for each in answers] == [404] * 4


LABELLED = """\
event: transaction
body:
  properties:
    channel: {enum: [web, till]}
    items:
      items:
        properties:
          labels: {properties: {weight: {type: number, minimum: 0}}}
"""


async def test_a_program_says_which_channels_and_labels_there_are(api: Api) -> None:
    await api.deploy(events__transaction=LABELLED)

    def sale(number: str, weight: Any, channel: str) -> dict[str, Any]:
        report = document(number, line("beans", labels=[{"key": "weight", "value": weight}]))
        report["transaction"]["channelId"] = channel
        return report

    known = await _reported(api, sale("A", "1.5", "web"))

    assert (await api.get(f"{PATH}/{known}"))["items"][0]["labels"] == [{"key": "weight", "value": 1.5}]
    assert await _faults(api, sale("B", 2, "phone")) == [("transaction.channelId", "bodyInvalid")]
    assert await _faults(api, sale("B", "heavy", "web")) == [("transaction.items.0.labels", "bodyInvalid")]
