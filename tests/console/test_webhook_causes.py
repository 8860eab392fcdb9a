"""What is done by forms of the console is sent by webhooks, as what is done by API."""

from tests.console.members.test_routes import MEMBERS, register
from tests.console.transactions.test_routes import SALES, report
from tests.kit.api import Api
from tests.kit.console import Visitor, hidden_of
from tests.kit.sent import answer_events, sent, subscribe

MUG = "reward: mug\ntitle: A mug\nprice: 50\nstatuses: [shipped, completed]\n"
MESSAGES = (
    "TransactionRegistered",
    "TransactionAssignedToCustomer",
    "CustomerRegistered",
    "CustomerDeactivated",
    "CustomerBoughtReward",
    "RewardRedemptionStatusChanged",
)


async def test_what_forms_do_is_sent(api: Api, visitor: Visitor) -> None:
    await api.deploy(rewards__mug=MUG)
    anna = await register(api)
    sale = await report(api, "R-1", {"name": "somebody"})
    await answer_events(api)
    await subscribe(api, MESSAGES)
    seen = 0

    async def messages_about(about: str) -> list[str]:
        """The names of the new messages, of which one names a member at least."""
        nonlocal seen
        new = (await sent(api))[seen:]
        seen += len(new)
        assert any(about in str(data) for _, data in new), new
        return [name for name, _ in new]

    form = hidden_of(await visitor.get(f"{MEMBERS}/new"))
    made = await visitor.post(f"{MEMBERS}/new", form | {"customer.email": "cleo@example.com"})
    cleo = made.headers["location"].rpartition("/")[2]
    assert await messages_about(cleo) == ["CustomerRegistered"]

    page = await visitor.get(f"{SALES}/{sale}")
    await visitor.post(f"{SALES}/{sale}/assign", hidden_of(page) | {"assign.customerId": anna})
    assert await messages_about(anna) == ["TransactionAssignedToCustomer"]

    line, header = "transaction.items.0", "transaction.header"
    back = {f"{header}.documentNumber": "R-1-B", f"{header}.purchasedAt": "2026-05-02T10:00:00"}
    back |= {f"{line}.highPrecisionQuantity": "1", f"{line}.grossValue": "6.25"}
    page = await visitor.get(f"{SALES}/{sale}/return")
    await visitor.post(f"{SALES}/{sale}/return", hidden_of(page) | back)
    assert sorted(await messages_about(anna)) == ["TransactionAssignedToCustomer", "TransactionRegistered"]

    gift = {"_reward": "mug", "_way": "gift", "quantity": "1"}
    issued = (await visitor.post(f"{MEMBERS}/{anna}/give", gift)).headers["location"]
    await visitor.post(f"{issued}/status", {"status": "shipped", "comment": "By bike"})
    await visitor.post(f"{issued}/cancel")
    assert await messages_about(anna) == ["CustomerBoughtReward", *["RewardRedemptionStatusChanged"] * 2]

    page = await visitor.get(f"{MEMBERS}/{cleo}")
    await visitor.post(f"{MEMBERS}/{cleo}/deactivate", {"_key": hidden_of(page)["_key"]})
    assert await messages_about(cleo) == ["CustomerDeactivated"]
