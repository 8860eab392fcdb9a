"""Daily sums and completions are found by achievement, too, for its funnel."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_INDEXES = {"mark": ["store", "achievement", "member"], "progress": ["store", "achievement", "completed"]}


def upgrade() -> None:
    for table, columns in _INDEXES.items():
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    for table, columns in _INDEXES.items():
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
