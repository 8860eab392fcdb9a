"""Mask the secrets of webhooks for people, and the identities of members for logs."""

import re
from typing import Final

MASK = "********"
"""The replacement of a secret."""

NAMED_FORMS: Final = ("email", "phone", "loyaltyCardNumber")
"""The prefixes by which a path names a member without an id: `email=...`."""

_LONG = 8
"""Shorter texts are masked completely."""

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
    """Return the name of a member in a path, masked unless it is an id."""
    form, sign, value = text.partition("=")
    return f"{form}={masked_identity(value)}" if sign and form in NAMED_FORMS else text
