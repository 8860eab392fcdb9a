"""Emails and phone numbers are compared in one spelling; members who have the same by that are listed, not joined.

Phone numbers are read without a region here: the program's is not known to the database.
"""

import re
import unicodedata
from typing import Any

import idna
import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_PAGE = 1_000
_MEMBER = sa.table("member", sa.column("id"), sa.column("store"), sa.column("email_key"), sa.column("phone_key"))
_PHONE = re.compile(r"\+[\d\s().\-/\u2010-\u2015\u00a0]+")


def upgrade() -> None:
    collision = op.create_table(
        "member_collision",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("part", sa.String(8), nullable=False),
        sa.Column("other", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("member", "part", name="pk_member_collision"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_member_collision_member"),
        sa.ForeignKeyConstraint(["other"], ["member.id"], name="fk_member_collision_other"),
    )
    op.create_index("ix_member_collision_store", "member_collision", ["store"])
    op.add_column("member", sa.Column("learned", sa.String(32)))
    connection, last = op.get_bind(), ""
    page = sa.text(
        "SELECT id, store, email, email_key, phone, phone_key FROM member WHERE id > :last ORDER BY id LIMIT :limit"
    )
    while rows := connection.execute(page, {"last": last, "limit": _PAGE}).all():
        for row in rows:
            for part, text, old in (("email", row.email, row.email_key), ("phone", row.phone, row.phone_key)):
                new = None if text is None else _KEYS[part](text)[:1024]
                if new != old:
                    _change(connection, collision, row, part, new)
        last = rows[-1].id


def downgrade() -> None:
    op.drop_table("member_collision")
    op.drop_column("member", "learned")
    connection, last = op.get_bind(), ""
    page = sa.text("SELECT id, email, phone FROM member WHERE id > :last ORDER BY id LIMIT :limit")
    before = sa.text("UPDATE member SET email_key = :email, phone_key = :phone WHERE id = :id")
    while rows := connection.execute(page, {"last": last, "limit": _PAGE}).all():
        for row in rows:
            keys = {"email": row.email and row.email.lower(), "phone": row.phone and row.phone.lower()}
            connection.execute(before, {"id": row.id, **keys})
        last = rows[-1].id


def _change(connection: sa.Connection, collision: sa.Table, row: Any, part: str, new: str | None) -> None:
    """Give a member another key, unless another member has it: then both are listed."""
    key = _MEMBER.c[f"{part}_key"]
    same = sa.select(_MEMBER.c.id).where(_MEMBER.c.store == row.store, key == new)
    other = connection.execute(same).scalar()
    if other is not None:
        found = {"member": row.id, "part": part, "other": other, "store": row.store}
        connection.execute(sa.insert(collision).values(found))
        return
    connection.execute(sa.update(_MEMBER).where(_MEMBER.c.id == row.id).values({key.name: new}))


def _email_key(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    trimmed = "".join(each for each in composed if unicodedata.category(each) not in ("Cf", "Cc")).strip()
    local, at, domain = trimmed.rpartition("@")
    if not at:
        return trimmed.lower()
    try:
        written = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        written = domain
    return f"{local}@{written}".lower()


def _phone_key(text: str) -> str:
    trimmed = text.strip()
    if not _PHONE.fullmatch(trimmed):
        return trimmed.lower()
    try:
        number = phonenumbers.parse(trimmed, None)
    except phonenumbers.NumberParseException:
        return trimmed.lower()
    if not phonenumbers.is_possible_number(number):
        return trimmed.lower()
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


_KEYS = {"email": _email_key, "phone": _phone_key}
