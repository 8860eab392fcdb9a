"""Rewards by day and attempts of deliveries by hour: triggers note them, and what was stored before is noted here."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_INSERT = 'INSERT INTO uncounted (store, kind, "row", at, amount, sign)'
_ISSUED = "(NEW.store, 'issued', NEW.id, NEW.issued_at, NULL, 1)"


def _moved(column: str) -> str:
    old, new = f"OLD.{column}", f"NEW.{column}"
    return f"COALESCE({old} <> {new}, ({old} IS NULL) <> ({new} IS NULL))"


def _state(kind: str, column: str) -> str:
    rows = (
        f"(OLD.store, '{kind}', OLD.id, OLD.{column}, NULL, -1)",
        f"(NEW.store, '{kind}', NEW.id, NEW.{column}, NULL, 1)",
    )
    return ", ".join(rows)


_STATUS = "COALESCE({row}status, 0)"
_TRIGGERS: Sequence[tuple[str, str, str, str, str]] = (
    ("count_issued", "issued_reward", "INSERT", "", _ISSUED),
    ("count_used", "issued_reward", "UPDATE OF used_at", _moved("used_at"), _state("used", "used_at")),
    (
        "count_canceled",
        "issued_reward",
        "UPDATE OF cancelled_at",
        _moved("cancelled_at"),
        _state("canceled", "cancelled_at"),
    ),
    (
        "count_attempt",
        "attempt",
        "INSERT",
        "",
        f"(NEW.store, 'attempt', NEW.delivery, NEW.at, NEW.latency_ms * 1000 + {_STATUS.format(row='NEW.')}, 1)",
    ),
)
"""Name, table, the change after which it runs, the condition, and the rows that it notes."""

_BEFORE = (
    "SELECT store, 'issued', id, issued_at, NULL, 1 FROM issued_reward",
    "SELECT store, 'used', id, used_at, NULL, 1 FROM issued_reward WHERE used_at IS NOT NULL",
    "SELECT store, 'canceled', id, cancelled_at, NULL, 1 FROM issued_reward WHERE cancelled_at IS NOT NULL",
    f"SELECT store, 'attempt', delivery, at, latency_ms * 1000 + {_STATUS.format(row='')}, 1 FROM attempt",  # noqa: S608 - of constants
)


def upgrade() -> None:
    op.create_table(
        "hourly_figure",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("figure", sa.String(16), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("hour", Instant(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "hour", "figure", "name", name="pk_hourly_figure"),
    )
    for rows in _BEFORE:
        op.execute(sa.text(f"{_INSERT} {rows}"))
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


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, *_ in _TRIGGERS:
        op.execute(sa.text(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}")))
        if not is_sqlite:
            op.execute(sa.text(f"DROP FUNCTION {name}()"))
    op.execute(sa.text("DELETE FROM uncounted WHERE kind IN ('issued', 'used', 'canceled', 'attempt')"))
    op.execute(sa.text("DELETE FROM daily_figure WHERE figure LIKE 'reward%'"))
    op.drop_table("hourly_figure")
