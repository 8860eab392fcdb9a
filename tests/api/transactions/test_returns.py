"""Returns over HTTP: what they answer, and what they refuse."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.events import EventActivities
from tests.kit.api import Api
from tests.kit.transactions import document, line, returned

PATH = "/api/DEFAULT/transaction"
ANNA, BERT = {"email": "anna@example.com"}, {"email": "bert@example.com"}


@pytest.fixture
async def till(api: Api) -> Api:
    """A store in which Anna bought two beans, and Bert is known."""
    await api.deploy()
    for customer in (ANNA, BERT):
        await api.post("/api/DEFAULT/member", {"customer": customer})
    await api.post(PATH, document("A", line("beans", 2), customer=ANNA))
    return api


async def test_a_return_belongs_to_the_member_of_its_sale(till: Api) -> None:
    answer = await till.post(PATH, returned("R", "A", "beans"))

    shown = await till.get(f"{PATH}/{answer.json()['transactionId']}")
    sale = (await till.get(f"{PATH}?header:documentNumber=A"))["items"][0]
    assert (shown["customerId"], shown["returnState"]) == (sale["customerId"], "joined")
    assert shown["header"]["linkedDocumentNumber"] == "A"
    assert till.started[-1].type == "transaction_returned"


async def test_a_return_whose_sale_is_unknown_waits_and_is_due_in_seven_days(till: Api) -> None:
    answer = await till.post(PATH, returned("R", "Z", "beans"))

    shown = await till.get(f"{PATH}/{answer.json()['transactionId']}")
    due = await till.get("/api/DEFAULT/dueItem")
    assert (shown["matched"], shown["returnState"]) == (False, "waiting")
    assert [(each["kind"], each["subjectType"]) for each in due["items"]] == [("return_missed", "transaction")]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (returned("R", "A", line("beans", 3)), "transaction.items", "moreThanSold"),
        (returned("R", "A", line("beans", grossValue=41)), "transaction.items", "moreThanSold"),
        (returned("R", "A", customer=BERT), "transaction.customerData", "anothersSale"),
        (
            returned("R", "A", purchasedAt="2026-04-01T00:00:00"),
            "transaction.header.purchasedAt",
            "returnBeforeSale",
        ),
        (returned("A", "A"), "transaction.header.documentNumber", "documentNumberReused"),
        (
            document("R", documentType="return"),
            "transaction.header.linkedDocumentNumber",
            "missing",
        ),
        (returned("R", "A", line("beans", 0)), "transaction.items.0.quantity", "invalidAmount"),
        (returned("R", "A", line("beans", grossValue=-1)), "transaction.items.0.grossValue", "invalidAmount"),
    ],
)
async def test_a_return_that_cannot_be_is_refused_at_its_place(till: Api, body: Any, path: str, code: str) -> None:
    answer = await till.post(PATH, body)

    assert answer.status_code == 400
    assert [(each["path"], each["code"]) for each in answer.json()["errors"]] == [(path, code)]


async def test_a_return_is_not_returned_and_not_assigned(till: Api) -> None:
    await till.post(PATH, returned("R", "A", "beans"))

    again = await till.post(PATH, returned("S", "R", "beans"))
    assign = {"assign": {"transactionDocumentNumber": "R", "customerId": till.started[-1].member}}
    assigned = await till.post(f"{PATH}/assign", assign)

    codes = [each.json()["errors"][0]["code"] for each in (again, assigned)]
    assert codes == ["notASale", "followsItsSale"]


async def test_a_return_names_what_could_not_be_taken_back(api: Api) -> None:
    wallets = "wallets:\n  points: {default: true, debt: none}\n  stamps: {}\n"
    award = "{award_points: {points: {var: event.body.gross_value}}}, {award_points: {points: 1, wallet: stamps}}"
    program = f"store: DEFAULT\ntitle: Coffee shop\ntimezone: UTC\nunknown_members: register\n{wallets}"
    await api.deploy(
        program=program,
        **{"achievements__seven-days": "", "reactors__sales": f"reactor: sales\non: transaction\nthen: [{award}]\n"},
    )
    member = (await api.post("/api/DEFAULT/member", {"customer": ANNA})).json()["customerId"]
    activities = EventActivities(api.database, api.programs)
    await api.post(PATH, document("A", line("beans", 2), customer=ANNA))
    await activities.react_to_events(api.started, datetime.now(UTC))
    spent = {"transfer": {"customer": member, "points": 30}}
    assert (await api.post("/api/DEFAULT/points/spend", spent)).status_code == 200
    returns = [await api.post(PATH, returned(f"R{number}", "A", "beans")) for number in (1, 2)]
    waiting = await api.get(f"{PATH}/{returns[0].json()['transactionId']}")
    await activities.react_to_events(api.started, datetime.now(UTC))

    shown = [await api.get(f"{PATH}/{each.json()['transactionId']}") for each in returns]
    sale = (await api.get(f"{PATH}?header:documentNumber=A"))["items"][0]

    assert "shortfall" not in waiting
    assert "shortfall" not in sale
    assert [each["shortfall"] for each in shown] == [
        [{"wallet": "points", "points": 10}],
        [{"wallet": "points", "points": 20}],
    ]


async def test_transfers_name_the_sale_or_the_return_that_caused_them(api_anywhere: Api) -> None:
    api = api_anywhere
    award = "award_points: {points: {var: event.body.gross_value}}"
    await api.deploy(reactors__sales=f"reactor: sales\non: transaction\nthen: [{{{award}}}]\n")
    member = (await api.post("/api/DEFAULT/member", {"customer": ANNA})).json()["customerId"]
    added = {"transfer": {"customer": member, "points": 1}}
    assert (await api.post("/api/DEFAULT/points/add", added)).status_code == 200
    reported = (document("S", line("beans", 2), customer=ANNA), returned("R", "S", "beans"))
    sold, back = [(await api.post(PATH, each)).json()["transactionId"] for each in reported]
    await EventActivities(api.database, api.programs).react_to_events(api.started, datetime.now(UTC))

    listed = {each["kind"]: each for each in (await api.get("/api/DEFAULT/points"))["items"]}
    shown = await api.get(f"/api/DEFAULT/points/{listed['award']['transferId']}")

    causes = {kind: each["actionCause"]["transactionId"] for kind, each in listed.items()}
    assert causes == {"award": sold, "return": back, "add": None}
    assert shown["actionCause"] == listed["award"]["actionCause"]
    for transaction, kinds in ((sold.upper(), ["award"]), (back, ["return"]), ("nothing", [])):
        found = (await api.get(f"/api/DEFAULT/points?actionCause:transactionId={transaction}"))["items"]
        assert [each["kind"] for each in found] == kinds
