"""Due items by store, subject and kind, with the member whose events come first, and why one is set aside.

A subject had one due item at a time, and its warning stored what came next; now both are there from the start.
"""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NOT_FAILED, _FAILED = sa.text("failed_at IS NULL"), sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_deadline_store_due_at", "deadline")
    op.rename_table("deadline", "due_before")
    if op.get_bind().dialect.name == "postgresql":  # names of constraints are unique in its schemas
        op.execute("ALTER TABLE due_before RENAME CONSTRAINT pk_deadline TO pk_due_before")
    op.create_table(
        "deadline",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("member", sa.String(36), nullable=True),
        sa.Column("failed_at", Instant(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_deadline_member"),
        sa.PrimaryKeyConstraint("store", "subject", "kind", name="pk_deadline"),
    )
    _copy_with_members()
    _add_what_follows_warnings()
    op.drop_table("due_before")
    op.create_index(
        "ix_deadline_store_due_at",
        "deadline",
        ["store", "due_at"],
        sqlite_where=_NOT_FAILED,
        postgresql_where=_NOT_FAILED,
    )
    op.create_index(
        "ix_deadline_store_failed_at",
        "deadline",
        ["store", "failed_at"],
        sqlite_where=_FAILED,
        postgresql_where=_FAILED,
    )


def downgrade() -> None:
    op.drop_index("ix_deadline_store_failed_at", "deadline")
    op.drop_index("ix_deadline_store_due_at", "deadline")
    op.rename_table("deadline", "due_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE due_before RENAME CONSTRAINT pk_deadline TO pk_due_before")
        op.execute("ALTER TABLE due_before RENAME CONSTRAINT fk_deadline_member TO fk_due_before_member")
    op.create_table(
        "deadline",
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_deadline"),
    )
    _copy_the_first_of_each_subject()
    op.drop_table("due_before")
    op.create_index("ix_deadline_store_due_at", "deadline", ["store", "due_at"])


def _copy_with_members() -> None:
    op.execute(
        "INSERT INTO deadline (store, subject, kind, due_at, member) "
        "SELECT d.store, d.subject, d.kind, d.due_at, COALESCE(lot.member, issued_reward.member, member.id) "
        "FROM due_before d LEFT JOIN lot ON lot.id = d.subject "
        "LEFT JOIN issued_reward ON issued_reward.id = d.subject LEFT JOIN member ON member.id = d.subject"
    )


def _add_what_follows_warnings() -> None:
    """Store what a warning would have stored when it ran: the expiry or the review."""
    for warning, following, table, due_at in (
        ("warn", "expire", "lot", "expires_at"),
        ("coupon_warn", "coupon_expire", "issued_reward", "expires_at"),
        ("tier_warn", "tier_review", "member", "tier_until"),
    ):
        op.execute(
            "INSERT INTO deadline (store, subject, kind, due_at, member) "  # noqa: S608 - of words in this function
            f"SELECT d.store, d.subject, '{following}', owned.{due_at}, d.member "
            f"FROM deadline d JOIN {table} owned ON owned.id = d.subject "
            f"WHERE d.kind = '{warning}' AND owned.{due_at} IS NOT NULL"
        )


def _copy_the_first_of_each_subject() -> None:
    """Keep the earliest due item of each subject; of those of one moment, the warning, which stores the other."""
    op.execute(
        "INSERT INTO deadline (subject, store, kind, due_at) "
        "SELECT subject, store, kind, due_at FROM ("
        "SELECT subject, store, kind, due_at, ROW_NUMBER() OVER (PARTITION BY subject "
        "ORDER BY due_at, CASE WHEN kind IN ('warn', 'coupon_warn', 'tier_warn') THEN 0 ELSE 1 END) AS place "
        "FROM due_before WHERE LENGTH(kind) <= 16) ranked WHERE place = 1"
    )
