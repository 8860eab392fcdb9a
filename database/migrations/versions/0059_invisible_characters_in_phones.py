"""Phones are compared without invisible characters, and emails are composed after these are removed.

Only keys with characters outside ASCII can change. Members who have the same key by that are listed, not joined. Phone
numbers without a country code are read again in the program's region, by due items.
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import idna
import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_LONGEST = 1024
_PHONE = re.compile(r"[+\uff0b][\d\s().\-/\u2010-\u2015\u2212\u00a0]+")


def upgrade() -> None:
    connection = op.get_bind()
    _respell_members(connection)
    for part, spelled in _KEYS.items():
        _respell_former(connection, part, spelled)
        table = sa.table("customer_transaction", sa.column("id"), sa.column(part))
        rows = connection.execute(sa.select(table.c.id, table.c[part]).where(_is_not_ascii(connection, table.c[part])))
        for row_id, old in rows.all():
            if (new := spelled(old)) not in ("", old):
                connection.execute(sa.update(table).where(table.c.id == row_id).values({part: new}))


def downgrade() -> None:
    """Keys stay as they are: they are found by the plain spelling."""


def _is_not_ascii(connection: sa.Connection, column: Any) -> sa.ColumnElement[bool]:
    """Return whether a text takes more bytes than it has characters."""
    if connection.dialect.name == "sqlite":
        return sa.func.length(sa.cast(column, sa.LargeBinary)) > sa.func.length(column)
    return sa.func.octet_length(column) > sa.func.char_length(column)


def _respell_members(connection: sa.Connection) -> None:
    """Give members their new keys, unless another member has one: then both are listed."""
    member = sa.table("member", *map(sa.column, ("id", "store", *_KEYS)))
    collision = sa.table("member_collision", *map(sa.column, ("member", "part", "other", "store")))
    for part, spelled in _KEYS.items():
        key = member.c[part]
        rows = connection.execute(sa.select(member.c.id, member.c.store, key).where(_is_not_ascii(connection, key)))
        for member_id, store, old in rows.all():
            new = spelled(old)
            if new in ("", old):
                continue
            other = connection.scalar(sa.select(member.c.id).where(member.c.store == store, key == new))
            if other is None:
                connection.execute(sa.update(member).where(member.c.id == member_id).values({part: new}))
                if part == "phone_key" and not new.startswith("+"):
                    _read_in_region(connection, store, member_id)
                continue
            listed = {"member": member_id, "part": part.removesuffix("_key")}
            here = [collision.c[name] == value for name, value in listed.items()]
            if connection.scalar(sa.select(collision.c.member).where(*here)) is None:
                connection.execute(sa.insert(collision).values(listed | {"other": other, "store": store}))


def _respell_former(connection: sa.Connection, part: str, spelled: Any) -> None:
    """Give the former keys of members their new spelling."""
    former = sa.table("former_identity", *map(sa.column, ("member", "part", "key")))
    here = sa.and_(former.c.part == part, _is_not_ascii(connection, former.c.key))
    for member_id, old in connection.execute(sa.select(former.c.member, former.c.key).where(here)).all():
        new, of_member = spelled(old), sa.and_(former.c.member == member_id, former.c.part == part)
        if new in ("", old):
            continue
        is_there = connection.scalar(sa.select(former.c.member).where(of_member, former.c.key == new))
        this = sa.and_(of_member, former.c.key == old)
        changed = sa.update(former).where(this).values(key=new) if is_there is None else sa.delete(former).where(this)
        connection.execute(changed)


def _read_in_region(connection: sa.Connection, store: str, member_id: str) -> None:
    due = sa.table("deadline", *map(sa.column, ("store", "subject", "kind")), sa.column("due_at", sa.DateTime(True)))
    item = {"store": store, "subject": member_id, "kind": "read_phone"}
    if connection.scalar(sa.select(due.c.store).where(*(due.c[name] == value for name, value in item.items()))) is None:
        connection.execute(sa.insert(due).values(**item, due_at=datetime.now(UTC)))


def _visible(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) not in ("Cf", "Cc")).strip()


def _email_key(text: str) -> str:
    trimmed = unicodedata.normalize("NFC", _visible(text))
    local, at, domain = trimmed.rpartition("@")
    try:
        written = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        written = domain
    return unicodedata.normalize("NFC", f"{local}{at}{written}".lower())[:_LONGEST]


def _phone_key(text: str) -> str:
    visible = _visible(text)
    if not _PHONE.fullmatch(visible):
        return visible.lower()
    try:
        number = phonenumbers.parse(visible, None)
    except phonenumbers.NumberParseException:
        return visible
    is_number = phonenumbers.is_possible_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if is_number else visible


_KEYS = {"email_key": _email_key, "phone_key": _phone_key}
