"""How far members came with achievements: triggers note whose progress changes; the worker counts what there is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_INSERT = 'INSERT INTO uncounted (store, kind, "row", at, amount, sign)'


def _note(row: str) -> str:
    return f"({row}.store, 'mark', {row}.member, NULL, NULL, 1)"


_TRIGGERS: Sequence[tuple[str, str, str, str, str]] = (
    ("count_mark", "mark", "INSERT", "", _note("NEW")),
    (
        "count_changed_mark",
        "mark",
        "UPDATE OF amount, used",
        "OLD.amount <> NEW.amount OR OLD.used <> NEW.used",
        _note("NEW"),
    ),
    ("count_removed_mark", "mark", "DELETE", "", _note("OLD")),
    ("count_progress", "progress", "INSERT", "", _note("NEW")),
    ("count_changed_progress", "progress", "UPDATE OF completed", "OLD.completed <> NEW.completed", _note("NEW")),
    ("count_removed_progress", "progress", "DELETE", "", _note("OLD")),
)
"""Name, table, the change after which it runs, the condition, and the row that it notes."""


def upgrade() -> None:
    op.create_table(
        "funnel",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("achievement", sa.String(255), nullable=False),
        sa.Column("definition", sa.String(255), nullable=False),
        sa.Column("counted_to", sa.String(36)),
        sa.PrimaryKeyConstraint("store", "achievement", name="pk_funnel"),
    )
    op.create_table(
        "funnel_stage",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("achievement", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "achievement", "member", name="pk_funnel_stage"),
    )
    op.create_index("ix_funnel_stage_member", "funnel_stage", ["member"])
    op.create_table(
        "funnel_count",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("achievement", sa.String(255), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "achievement", "stage", name="pk_funnel_count"),
    )
    op.execute(
        sa.text("INSERT INTO uncounted (store, kind, \"row\", sign) SELECT DISTINCT store, 'mark', '', 1 FROM mark")
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, change, condition, row in _TRIGGERS:
        when = f" WHEN ({condition})" if condition else ""
        head = f"CREATE TRIGGER {name} AFTER {change} ON {table} FOR EACH ROW{when}"
        note = f"{_INSERT} VALUES {row};"
        if is_sqlite:
            op.execute(sa.text(f"{head} BEGIN {note} END"))
        else:
            body = f"BEGIN {note} RETURN NULL; END"
            op.execute(sa.text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
            op.execute(sa.text(f"{head} EXECUTE FUNCTION {name}()"))


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, *_ in _TRIGGERS:
        op.execute(sa.text(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}")))
        if not is_sqlite:
            op.execute(sa.text(f"DROP FUNCTION {name}()"))
    for table in ("funnel_count", "funnel_stage", "funnel"):
        op.drop_table(table)
    op.execute(sa.text("DELETE FROM uncounted WHERE kind = 'mark'"))
