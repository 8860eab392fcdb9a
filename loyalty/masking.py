"""Secrets of webhooks as people are shown them, and identities of members as logs keep them."""

import re
from typing import Final

MASK = "********"
"""What stands in place of a secret."""

NAMED_FORMS: Final = ("email", "phone", "loyaltyCardNumber")
"""By what a path names a member who is not named by an id: `email=...`."""

_LONG = 8
"""Texts of fewer characters are masked as a whole."""

_EMAIL = re.compile(r"[^\s\"'<>(),;:]+@[^\s\"'<>(),;:]+")


def masked_url(url: str) -> str:
    """Return a URL without its query, where receivers often expect a secret."""
    address, sign, _ = url.partition("?")
    return f"{address}?{MASK}" if sign else address


def masked_identity(text: str) -> str:
    """Return the first character and the last three of an email, phone or card number; nothing of a short one."""
    return f"{text[0]}…{text[-3:]}" if len(text) >= _LONG else "…"


def masked_emails(text: str) -> str:
    """Return a text with its emails masked."""
    return _EMAIL.sub(lambda found: masked_identity(found[0]), text)


def masked_name(text: str) -> str:
    """Return what names a member in a path, masked unless it is an id."""
    form, sign, value = text.partition("=")
    return f"{form}={masked_identity(value)}" if sign and form in NAMED_FORMS else text
