"""Figures by day: triggers note each row that counts, in its transaction; what was stored before is noted here."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_FIRED = "name = 'decide' AND result NOT LIKE '%\"fired\": []%'"
_KIND = "CASE WHEN {row}document_type = 'return' THEN 'return' ELSE 'sale' END"
_INSERT = 'INSERT INTO uncounted (store, kind, "row", at, amount, sign)'


def _transaction(row: str, sign: int) -> str:
    dotted = f"{row}."
    return f"({dotted}store, {_KIND.format(row=dotted)}, {dotted}id, {dotted}purchased_at, {dotted}gross, {sign})"


def _lot(row: str, sign: int) -> str:
    return f"({row}.store, 'lot', {row}.id, {row}.expires_at, {row}.remaining, {sign})"


_MOVED = "COALESCE(OLD.expires_at <> NEW.expires_at, (OLD.expires_at IS NULL) <> (NEW.expires_at IS NULL))"
_LEFT = "expires_at IS NOT NULL AND remaining <> 0"

_TRIGGERS: Sequence[tuple[str, str, str, str, str]] = (
    ("count_transfer", "transfer", "INSERT", "", "(NEW.store, 'transfer', NEW.id, NULL, NULL, 1)"),
    (
        "count_fired",
        "step",
        "INSERT",
        "NEW." + _FIRED.replace("AND ", "AND NEW."),
        "(NEW.store, 'fired', NEW.event, NULL, NULL, 1)",
    ),
    ("count_lot", "lot", "INSERT", "NEW." + _LEFT.replace("AND ", "AND NEW."), _lot("NEW", 1)),
    (
        "count_changed_lot",
        "lot",
        "UPDATE OF remaining, expires_at",
        f"{_MOVED} OR (NEW.expires_at IS NOT NULL AND OLD.remaining <> NEW.remaining)",
        f"{_lot('OLD', -1)}, {_lot('NEW', 1)}",
    ),
    ("count_transaction", "customer_transaction", "INSERT", "", _transaction("NEW", 1)),
    (
        "count_corrected",
        "customer_transaction",
        "UPDATE OF gross, purchased_at",
        "OLD.gross <> NEW.gross OR OLD.purchased_at <> NEW.purchased_at",
        f"{_transaction('OLD', -1)}, {_transaction('NEW', 1)}",
    ),
    (
        "count_customer",
        "customer_transaction",
        "UPDATE OF member",
        "OLD.member IS NULL AND NEW.member IS NOT NULL",
        "(NEW.store, 'customer', NEW.id, NULL, NULL, 1)",
    ),
)
"""Name, table, the change after which it runs, the condition, and the rows that it notes."""

_BEFORE = (
    f"{_INSERT} SELECT store, 'transfer', id, NULL, NULL, 1 FROM transfer",  # noqa: S608 - of constants
    f"{_INSERT} SELECT store, 'fired', event, NULL, NULL, 1 FROM step WHERE {_FIRED}",  # noqa: S608 - of constants
    f"{_INSERT} SELECT store, 'lot', id, expires_at, remaining, 1 FROM lot WHERE {_LEFT}",  # noqa: S608 - of constants
    f"{_INSERT} SELECT store, {_KIND.format(row='')}, id, purchased_at, gross, 1 FROM customer_transaction",  # noqa: S608 - of constants
)


def upgrade() -> None:
    op.create_table(
        "uncounted",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("row", sa.String(36), nullable=False),
        sa.Column("at", Instant(timezone=True)),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("sign", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uncounted"),
    )
    _days("daily_figure", {"figure": sa.String(16), "name": sa.String(255), "day": sa.Date()}, ("times", "high", "low"))
    _days("active_day", {"name": sa.String(255), "member": sa.String(36), "day": sa.Date()}, ())
    _days("activity_gap", {"name": sa.String(255), "day": sa.Date(), "previous": sa.Date()}, ("members",))
    op.create_table(
        "figure_zone",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("zone", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("store", name="pk_figure_zone"),
    )
    op.create_index("ix_member_store_tier", "member", ["store", "tier"])
    for statement in _BEFORE:
        op.execute(sa.text(statement))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, change, condition, rows in _TRIGGERS:
        notes = f"{_INSERT} VALUES {rows};"
        when = f" WHEN ({condition})" if condition else ""
        head = f"CREATE TRIGGER {name} AFTER {change} ON {table} FOR EACH ROW{when}"
        if is_sqlite:
            op.execute(sa.text(f"{head} BEGIN {notes} END"))
        else:
            body = f"BEGIN {notes} RETURN NULL; END"
            op.execute(sa.text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
            op.execute(sa.text(f"{head} EXECUTE FUNCTION {name}()"))


def _days(name: str, keys: dict[str, Any], sums: Sequence[str]) -> None:
    op.create_table(
        name,
        sa.Column("store", sa.String(255), nullable=False),
        *(sa.Column(key, kind, nullable=False) for key, kind in keys.items()),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in sums),
        sa.PrimaryKeyConstraint("store", *keys, name=f"pk_{name}"),
    )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, *_ in _TRIGGERS:
        op.execute(sa.text(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}")))
        if not is_sqlite:
            op.execute(sa.text(f"DROP FUNCTION {name}()"))
    op.drop_index("ix_member_store_tier", "member")
    for table in ("figure_zone", "activity_gap", "active_day", "daily_figure", "uncounted"):
        op.drop_table(table)
