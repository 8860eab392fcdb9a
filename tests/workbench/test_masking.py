"""Personal data made unrecognisable, the same value always in the same way."""

from typing import Any

import pytest

from workbench.masking import Masker

SCHEMA = {
    "$defs": {"who": {"type": "object", "properties": {"reply": {"type": "string", "format": "email"}}}},
    "type": "object",
    "properties": {
        "who": {"$ref": "#/$defs/who"},
        "city": {"enum": ["Lublin", "Warsaw"]},
        "several": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/who"}, {"type": "null"}]}},
    },
}


@pytest.mark.parametrize(
    "value",
    [
        {"firstName": "Anna"},
        {"last_name": "Anna"},
        {"E-Mail": "Anna"},
        {"customer": {"name": "Anna"}},
        {"phone_number": "Anna"},
        {"loyaltyCardNumber": "Anna"},
        {"address": {"line1": "Anna"}},
        {"deliveryAddress": ["Anna"]},
        {"dateOfBirth": "Anna"},
        {"note": "to anna@example.org, please"},
        {"note": "Anna@Example.Org"},
        {"note": "Anna's"},
        {"gift_message": ["For Anna"]},
        {"said": "Leave it with Anna, please"},
        {"Leave it with Anna, please": 1},
        {"name": "Anna"},
        {"people": [{"name": "Anna"}]},
        {"guests": ["Anna"]},
        {"Contact Person": "Anna"},
        {"ordered_by": {"user": "Anna"}},
        {"anna@example.org": 1},
        {"who": {"reply": "Anna"}},
        {"several": [None, {"reply": "Anna"}]},
        {"deep": [{"deep": {"surname": "Anna"}}]},
    ],
)
def test_what_is_personal_is_masked(value: Any) -> None:
    assert "anna" not in str(Masker().value(value, SCHEMA)).lower()


@pytest.mark.parametrize(
    "value",
    [
        {"total": 12.5, "quantity": 3, "paid": True, "nothing": None},
        {"city": "Lublin"},
        {"product": {"name": "Beans"}, "items": [{"name": "Espresso", "sku": "5901234123457"}]},
        {"shop": "Old Town", "paid_with": "a card", "version": "5.1.0.2"},
        {"country": "PL", "gender": "female"},
        {"address": {"country": "PL"}},
        {"email": ""},
    ],
)
def test_what_rules_depend_on_stays(value: Any) -> None:
    assert Masker().value(value, SCHEMA) == value


def test_the_same_is_masked_in_the_same_way_and_another_in_another() -> None:
    masker = Masker()
    known = masker.known("ann@example.org", "email")

    masked = masker.value({"a": "ANN@example.org", "b": "for ann@example.org!", "email": "bob@example.org"})

    assert (masked["a"], masked["b"]) == (known, f"for {known}!")
    assert masked["email"] not in (known, "bob@example.org")


def test_card_numbers_are_known_by_their_last_digit() -> None:
    masked = Masker().value({"paid": "4111-1111-1111-1111", "by": "with 4111111111111111", "order": "4111111111111112"})

    assert masked["order"] == "4111111111111112"
    assert "1111111" not in masked["paid"].replace("-", "") + masked["by"]


def test_free_text_is_masked_whole_and_not_looked_for_in_other_texts() -> None:
    masker = Masker()

    masked = masker.value({"note": "coffee", "again": "coffee", "sku": "coffee-beans", "long": "one two three four"})

    assert masked["note"] == masked["again"] != "coffee"
    assert masked["sku"] == "coffee-beans"
    assert masker.text("One Two Three Four") == masked["long"] != "one two three four"


def test_a_shape_is_kept_where_it_is_asked_for() -> None:
    masker = Masker(keeps_shape=True)

    masked = masker.value({"postcode": "20-123", "phone": "+48 500 100 200", "surname": "Li", "cardNumber": 4711})

    assert masked["postcode"] != "20-123"
    assert [len(str(masked[key])) for key in masked] == [6, 15, 2, 4]
    assert masked["phone"].startswith("+48 1")
    assert masked["cardNumber"] != 4711
