"""Sales name their members by a phone as people write it in the program's region."""

import pytest

from loyalty.store.identity_keys import written_phone
from tests.kit.api import Api
from tests.kit.programs import PROGRAM
from tests.kit.sent import answer_events
from tests.kit.transactions import document

PATH = "/api/DEFAULT/transaction"
NATIONAL, INTERNATIONAL = "606 111-222", "+48606111222"


@pytest.fixture
async def polish_shop(api: Api) -> Api:
    await api.deploy(program=PROGRAM + "region: PL\n")
    return api


async def _register(api: Api, **identity: str) -> str:
    answer = await api.post("/api/DEFAULT/member", {"customer": identity})
    await answer_events(api)
    return str(answer.json()["customerId"])


async def _owner(api: Api, transaction_id: str) -> str | None:
    found: str | None = (await api.get(f"{PATH}/{transaction_id}")).get("customerId")
    return found


async def _reported(api: Api, phone: str) -> str:
    answer = await api.post(PATH, document("A", "beans", customer={"phone": phone}))
    return str(answer.json()["transactionId"])


@pytest.mark.parametrize("phone", [NATIONAL, "0048606111222", "\u202a+48 606 111 222\u202c"])
async def test_a_sale_becomes_the_members_who_registers_later_with_its_phone(polish_shop: Api, phone: str) -> None:
    sale = await _reported(polish_shop, phone)

    member = await _register(polish_shop, phone=INTERNATIONAL)

    assert await _owner(polish_shop, sale) == member


async def test_a_sale_that_is_changed_to_a_members_phone_becomes_theirs(polish_shop: Api) -> None:
    sale = await _reported(polish_shop, "+48699999999")
    member = await _register(polish_shop, phone=INTERNATIONAL)

    changed = {"transaction": document("A", "beans", customer={"phone": NATIONAL})}
    answer = await polish_shop.http.put(f"{PATH}/{sale}", json=changed)

    assert answer.status_code == 204
    assert await _owner(polish_shop, sale) == member


async def test_a_sale_is_assigned_by_a_members_phone(polish_shop: Api) -> None:
    await _reported(polish_shop, "+48699999999")
    member = await _register(polish_shop, phone=INTERNATIONAL)

    named = {"transactionDocumentNumber": "A", "customerPhoneNumber": NATIONAL}
    answer = await polish_shop.post(f"{PATH}/assign", {"assign": named})

    assert answer.json()["customerId"] == member


async def test_sales_are_found_by_a_phone(polish_shop: Api) -> None:
    sale = await _reported(polish_shop, NATIONAL)
    assert written_phone(NATIONAL, "PL") == INTERNATIONAL

    found = await polish_shop.get(f"{PATH}?customerData:phone=0048%20606111222")

    assert [each["transactionId"] for each in found["items"]] == [sale]
