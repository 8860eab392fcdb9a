"""Emails and phone numbers in one spelling."""

import pytest

from loyalty.store.identity_keys import email_key, is_identifier, phone_key, written_email, written_phone
from loyalty.store.members import Identity


@pytest.mark.parametrize(
    "text",
    [
        "Zoë@example.com",
        "Zoe\u0308@EXAMPLE.com",
        " zoë@example.com\n",
        "zo\u200bë@example.com",
        "\ufeffZOË@example.com",
        "zoë@example\u00ad.com",
        "zoe\u200b\u0308@example.com",
    ],
)
def test_spellings_of_one_email_are_one_key(text: str) -> None:
    assert email_key(text) == "zoë@example.com"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Anna.Nowak@Example.com", "Anna.Nowak@Example.com"),
        ("anna@MÜNCHEN.de", "anna@xn--mnchen-3ya.de"),
        ("a@b@münchen.de", "a@b@xn--mnchen-3ya.de"),
        ("no email", "no email"),
        ("anna@\U0001f600..x", "anna@\U0001f600..x"),
        ("@", "@"),
    ],
)
def test_an_email_is_kept_in_its_case_with_its_domain_in_idna(text: str, written: str) -> None:
    assert written_email(text) == written
    assert email_key(written) == email_key(text)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+48500100200", None),
        ("+48 500 100 200", None),
        ("+48 (500) 100-200", "DE"),
        ("500 100 200", "PL"),
        ("0048 500.100.200", "PL"),
        ("\u00a0500\u2011100\u2011200 ", "PL"),
        ("\u202a+48 500 100 200\u202c", None),
        ("\u2068500\u2212100\u2212200\u2069", "PL"),
        ("\uff0b\uff14\uff18500100200", None),
    ],
)
def test_six_spellings_of_one_phone_are_one_number(text: str, region: str | None) -> None:
    assert written_phone(text, region) == "+48500100200"


@pytest.mark.parametrize(
    "text", ["500 100 200", "1", "+48599", "+48 500 100 200 ext. 3", "call 500100200", "+", "", "Ü-7"]
)
def test_what_cannot_be_read_as_a_phone_stays_text(text: str) -> None:
    assert written_phone(text) == text
    assert phone_key(text) == text.lower()


def test_what_is_not_seen_of_a_text_is_not_kept() -> None:
    assert written_phone("\u202aTill 7\u202c") == "Till 7"


@pytest.mark.parametrize(("text", "expected"), [("x", True), (" ", False), ("\u200b", False), ("a\nb", False)])
def test_what_identifies_a_member_is_seen_and_has_no_control_characters(text: str, expected: bool) -> None:
    assert is_identifier(text) is expected


@pytest.mark.parametrize("text", ["J\u030c@example.com", "\u01f0@example.com", "\u01f0\u200b@example.com"])
def test_a_key_is_composed_also_where_only_the_small_letter_has_a_composed_form(text: str) -> None:
    assert email_key(text) == "\u01f0@example.com"


def test_a_card_is_compared_as_it_is() -> None:
    assert Identity(card=" C-1 ").written("PL").keys == {"card": " C-1 "}
