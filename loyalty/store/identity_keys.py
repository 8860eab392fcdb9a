"""Canonical forms of emails and phone numbers, so that those of one person are the same text.

Emails are trimmed, without invisible characters, in Unicode's composed form (NFC), their domain in IDNA. Phone numbers
are E.164, also if invisible characters stand around them, as address books copy them; without a region, only those that
begin with the code of a country can be read. What cannot be read stays as it is.
"""

import re
import unicodedata
from functools import lru_cache

CACHED = 4096
"""How many canonical forms are cached: an event is looked up several times."""

_PHONE = re.compile(r"[+\uff0b]?[\d\s().\-/\u2010-\u2015\u2212\u00a0]+")
_INVISIBLE = frozenset({"Cf", "Cc"})
"""Unicode categories of invisible characters: zero-width spaces, marks of direction, controls."""


def is_identifier(text: str) -> bool:
    """Return whether a text can identify a member: something of it is seen, and it has no ASCII control characters."""
    return bool(visible_text(text)) and not any(ord(each) < 32 or ord(each) == 127 for each in text)


def visible_text(text: str) -> str:
    """Return a text trimmed, without the characters that nobody sees."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(each for each in text if unicodedata.category(each) not in _INVISIBLE).strip()


@lru_cache(CACHED)
def written_email(text: str) -> str:
    """Return an email as it is stored and shown: its local part keeps its case."""
    trimmed = unicodedata.normalize("NFC", visible_text(text))
    local, at, domain = trimmed.rpartition("@")
    return f"{local}@{_written_domain(domain)}" if at else trimmed


@lru_cache(CACHED)
def email_key(text: str) -> str:
    """Return the comparison key of an email: its stored form in lower case."""
    return unicodedata.normalize("NFC", written_email(text).lower())


@lru_cache(CACHED)
def written_phone(text: str, region: str | None = None) -> str:
    """Return a phone number in E.164, read in a region (None: only with its country code); else the visible text."""
    visible = visible_text(text)
    if not _PHONE.fullmatch(visible) or (region is None and visible[0] not in "+\uff0b"):
        return visible
    import phonenumbers  # slow to import, and few commands need it

    try:
        number = phonenumbers.parse(visible, region)
    except phonenumbers.NumberParseException:
        return visible
    if not phonenumbers.is_possible_number(number):
        return visible
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def phone_key(text: str) -> str:
    """Return the comparison key of a phone number: its form without a region, in lower case."""
    return written_phone(text).lower()


def _written_domain(domain: str) -> str:
    """Return a domain in IDNA, `xn--...`, if possible; an ASCII one unchanged."""
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def regions() -> tuple[str, ...]:
    """Return the codes of the countries in which phone numbers can be read: `PL`, `DE`, ..."""
    import phonenumbers

    return tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
