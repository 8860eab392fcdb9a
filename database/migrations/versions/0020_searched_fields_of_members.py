"""Members are found by what their profiles say, and by when they registered."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_PAGE = 1_000
_ADDRESS = ("street", "address1", "address2", "postal", "city", "province", "country")


def upgrade() -> None:
    table = op.create_table(
        "member_field",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("field", sa.String(255), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("member", "field", "value", name="pk_member_field"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_member_field_member"),
    )
    op.create_index("ix_member_store_registered_at", "member", ["store", "registered_at"])
    connection, last = op.get_bind(), ""
    page = sa.text("SELECT id, store, profile FROM member WHERE id > :last ORDER BY id LIMIT :limit")
    while rows := connection.execute(page, {"last": last, "limit": _PAGE}).all():
        fields = [
            {"member": row.id, "store": row.store, "field": field, "value": value.lower()[:255]}
            for row in rows
            for field, value in sorted(set(_fields(_readable(row.profile))))
        ]
        unique = {(each["member"], each["field"], each["value"]): each for each in fields}
        if unique:
            connection.execute(sa.insert(table), list(unique.values()))
        last = rows[-1].id
    op.create_index("ix_member_field_store_field_value", "member_field", ["store", "field", "value"])


def downgrade() -> None:
    op.drop_index("ix_member_store_registered_at", "member")
    op.drop_table("member_field")


def _readable(text: str) -> Mapping[str, Any]:
    """A profile; one that was changed by hand and cannot be read is not found by its fields."""
    try:
        profile = json.loads(text)
    except ValueError:
        return {}
    return profile if isinstance(profile, dict) else {}


def _fields(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("firstName", "lastName", "gender", "birthDate"):
        if isinstance(value := profile.get(name), str) and value:
            yield name, value[:10] if name == "birthDate" else value
    for name in ("agreement1", "agreement2", "agreement3"):
        if profile.get(name) is True:
            yield name, "true"
    address, labels = profile.get("address"), profile.get("labels")
    for name in _ADDRESS:
        value = address.get(name) if isinstance(address, dict) else None
        if isinstance(value, str) and value:
            yield f"address:{name}", value
    for label in labels if isinstance(labels, list) else ():
        if isinstance(label, dict) and {"key", "value"} <= label.keys():
            yield "labels", f"{label['key']}:{label['value']}"
