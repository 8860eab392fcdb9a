"""Sales are announced: when they are stored, and when they have their member."""

from typing import Any

from loyalty.members.registration import NewMember, register_member
from loyalty.store.members import Identity
from loyalty.transactions.operations import assign_transaction
from tests.kit.shop import ANN, EMAIL, POINT_FOR_EACH, Shop

NEW = "carol@example.com"


def shop() -> Shop:
    return Shop(records_messages=True, reactors__points=POINT_FOR_EACH)


def test_a_sale_of_a_member_is_announced_with_its_member_at_once_and_answered_by_rules() -> None:
    here = shop()

    transaction_id = here.sell("A", "beans", "cup")

    (registered,), (assigned,) = here.sent("TransactionRegistered"), here.sent("TransactionAssignedToCustomer")
    assert (registered["transactionId"], registered["documentType"]) == (transaction_id, "sell")
    assert [each["sku"]["code"] for each in registered["items"]] == ["beans", "cup"]
    assert (assigned["transactionId"], assigned["grossValue"], assigned["customer"]["customerId"]) == (
        transaction_id,
        30,
        ANN,
    )
    assert here.balance() == {"active": 30, "earned": 30, "qualifying": 30}


def test_the_points_of_a_sale_name_it_as_their_cause() -> None:
    here = shop()

    transaction_id = here.sell("A")

    (changed,) = here.sent("AvailablePointsAmountChanged")
    (applied,) = here.sent("CampaignEffectWasApplied")
    assert changed["actionCause"]["transactionId"] == transaction_id
    assert changed["actionCause"]["customEventId"] is None
    trigger: Any = applied["campaign"]["trigger"]
    assert (trigger["type"], trigger["documentNumber"]) == ("transaction", "A")


def test_a_sale_of_nobody_known_is_announced_once_and_its_member_when_it_is_assigned() -> None:
    here = shop()
    here.sell("A", email=NEW)
    assert here.types() == ["transaction_registered"]

    here.operate(assign_transaction, "A", ANN)

    assert [len(here.sent(name)) for name in ("TransactionRegistered", "TransactionAssignedToCustomer")] == [1, 1]
    assert here.types() == ["transaction_registered", "transaction"]
    assert here.balance()["active"] == 20


def test_sales_wait_for_their_member_to_register_and_are_answered_in_the_order_of_their_purchases() -> None:
    here = shop()
    here.sell("B", "cup", email=NEW)
    here.sell("A", "beans", email=NEW, purchased_at=here.engine.now.replace(hour=1))
    here.sell("C", email="dan@example.com")

    def register(operation: Any) -> str:
        new = NewMember(Identity(email=NEW.upper()), registered_at=operation.now)
        registered = register_member(operation.tx, operation.program, operation.revision, new, now=operation.now)
        operation.to_start.append(registered)
        return registered.member

    member_id = here.operate(register)

    sold = [each for each in here.events if each.type == "transaction"]
    assert [(each.member, each.body["document_number"]) for each in sold] == [(member_id, "A"), (member_id, "B")]
    assert here.balance(member_id)["active"] == 30
    assert [each["customer"]["customerId"] for each in here.sent("TransactionAssignedToCustomer")] == [member_id] * 2


def test_a_sale_that_also_names_somebody_else_stays_without_a_member() -> None:
    here = shop()
    here.sell("A", email=NEW, customer_data={"email": NEW, "phone": "+48500100200"})
    here.store.members.register(
        Identity(phone="+48500100200"),
        member_id="00000000-0000-4000-8000-00000000000d",
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=here.engine.now,
        now=here.engine.now,
    )

    def register(operation: Any) -> None:
        new = NewMember(Identity(email=NEW), registered_at=operation.now)
        operation.to_start.append(register_member(operation.tx, operation.program, 0, new, now=operation.now))

    here.operate(register)

    assert "transaction" not in here.types()
    assert EMAIL[ANN] != NEW
