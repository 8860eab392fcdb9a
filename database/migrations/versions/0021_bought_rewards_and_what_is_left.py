"""Issued rewards say what they cost and who issued them; stock, uploaded and shared codes, statuses with history."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OWN_CODE, _LEFT = sa.text("NOT is_shared"), sa.text("issued IS NULL")
_UNIQUE = "uq_issued_reward_store_coupon"


def upgrade() -> None:
    op.drop_index("ix_issued_reward_member", "issued_reward")
    with op.batch_alter_table("issued_reward") as issued:
        issued.drop_constraint(_UNIQUE, type_="unique")
        for column in _added():
            issued.add_column(column)
    op.create_index(
        _UNIQUE,
        "issued_reward",
        ["store", "coupon"],
        unique=True,
        sqlite_where=_OWN_CODE,
        postgresql_where=_OWN_CODE,
    )
    op.create_index("ix_issued_reward_member", "issued_reward", ["member", "issued_at", "id"])
    op.create_index("ix_issued_reward_issued_at", "issued_reward", ["store", "issued_at", "id"])
    op.create_index("ix_issued_reward_reward", "issued_reward", ["store", "reward", "issued_at", "id"])
    op.create_index("ix_issued_reward_code", "issued_reward", ["store", "coupon", "member"])
    op.create_index("ix_issued_reward_token", "issued_reward", ["store", "token"])
    _create_supply()
    _create_codes()
    _create_history()


def downgrade() -> None:
    for table in ("reward_status", "shared_code", "coupon_code", "reward_supply"):
        op.drop_table(table)
    for index in ("token", "code", "reward", "issued_at", "member"):
        op.drop_index(f"ix_issued_reward_{index}", "issued_reward")
    op.drop_index(_UNIQUE, "issued_reward")
    op.execute("UPDATE issued_reward SET coupon = NULL WHERE is_shared")  # the table before has each code once
    op.execute("UPDATE issued_reward SET status = 'used' WHERE status = 'canceled'")
    with op.batch_alter_table("issued_reward") as issued:
        for column in _added():
            issued.drop_column(column.name)
        issued.create_unique_constraint(_UNIQUE, ["store", "coupon"])
    op.create_index("ix_issued_reward_member", "issued_reward", ["member"])


def _added() -> list[sa.Column[object]]:
    return [
        sa.Column("origin", sa.String(16), nullable=False, server_default="reactor"),
        sa.Column("source", sa.String(255), nullable=False, server_default=""),
        sa.Column("wallet", sa.String(255)),
        sa.Column("cost", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("transfer", sa.String(36)),
        sa.Column("value", sa.BigInteger()),
        sa.Column("token", sa.String(16), nullable=False, server_default=""),
        sa.Column("begins_at", Instant(timezone=True)),
        sa.Column("used_at", Instant(timezone=True)),
        sa.Column("cancelled_at", Instant(timezone=True)),
        sa.Column("progress", sa.String(32)),
        sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("from_stock", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("counted_on", sa.Date()),
        sa.Column("counted_per", sa.String(16), nullable=False, server_default=""),
    ]


def _create_supply() -> None:
    op.create_table(
        "reward_supply",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("reward", sa.String(255), nullable=False),
        sa.Column("supplied", sa.BigInteger()),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", Instant(timezone=True)),
        sa.CheckConstraint(
            "taken >= 0 AND codes >= 0 AND (supplied IS NULL OR taken <= supplied)",
            name=op.f("ck_reward_supply_nothing_below_zero"),
        ),
        sa.PrimaryKeyConstraint("store", "reward", name="pk_reward_supply"),
    )


def _create_codes() -> None:
    op.create_table(
        "coupon_code",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("reward", sa.String(255), nullable=False),
        sa.Column("added_at", Instant(timezone=True), nullable=False),
        sa.Column("issued", sa.String(36)),
        sa.PrimaryKeyConstraint("id", name="pk_coupon_code"),
    )
    op.create_index("uq_coupon_code_store_code", "coupon_code", ["store", "code"], unique=True)
    op.create_index("ix_coupon_code_reward", "coupon_code", ["store", "reward", "id"])
    op.create_index(
        "ix_coupon_code_left",
        "coupon_code",
        ["store", "reward", "id"],
        sqlite_where=_LEFT,
        postgresql_where=_LEFT,
    )
    op.create_table(
        "shared_code",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("reward", sa.String(255), nullable=False),
        sa.Column("assigned", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= assigned", name=op.f("ck_shared_code_used_by_those_who_have_it")),
        sa.PrimaryKeyConstraint("store", "code", name="pk_shared_code"),
    )


def _create_history() -> None:
    op.create_table(
        "reward_status",
        sa.Column("issued", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["issued"], ["issued_reward.id"], name="fk_reward_status_issued"),
        sa.PrimaryKeyConstraint("issued", "number", name="pk_reward_status"),
    )
