"""Limits count the points of each wallet by itself. Sums so far belong to the only wallet that their reactor awards, or
to the default wallet, as the program in force says."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

import rules
from program_files import ProgramFaults, read_revision

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNREADABLE = "points"
"""The wallet of sums whose program this version cannot read."""


def upgrade() -> None:
    _replace_usage("usage_by_wallet", sa.Column("wallet", sa.String(255), nullable=False))
    connection = op.get_bind()
    for store, default, wallets in _programs(connection):
        columns = "store, reactor, member, day, times, points"
        connection.execute(
            sa.text(
                f"INSERT INTO usage_by_wallet ({columns}, wallet) "  # noqa: S608 - no value is part of the text
                f"SELECT {columns}, :wallet FROM usage WHERE store = :store"
            ),
            {"store": store, "wallet": default},
        )
        for reactor, wallet in wallets.items():
            connection.execute(
                sa.text("UPDATE usage_by_wallet SET wallet = :wallet WHERE store = :store AND reactor = :reactor"),
                {"store": store, "reactor": reactor, "wallet": wallet},
            )
    _take_the_place_of_usage("usage_by_wallet")


def downgrade() -> None:
    _replace_usage("usage_of_all")
    op.get_bind().execute(
        sa.text(
            "INSERT INTO usage_of_all (store, reactor, member, day, times, points) "
            "SELECT store, reactor, member, day, SUM(times), SUM(points) FROM usage "
            "GROUP BY store, reactor, member, day"
        )
    )
    _take_the_place_of_usage("usage_of_all")


def _replace_usage(name: str, *more: sa.Column[str]) -> None:
    """Create a table as `usage`, with more columns in its key."""
    keys = ("store", "reactor", "member", "day", *(column.name for column in more))
    op.create_table(
        name,
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("reactor", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *more,
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"),
    )


def _take_the_place_of_usage(name: str) -> None:
    op.drop_table("usage")
    op.rename_table(name, "usage")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE usage RENAME CONSTRAINT pk_{name} TO pk_usage")


def _programs(connection: sa.Connection) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every store that used limits, with its default wallet and the only wallet that each reactor awards."""
    for store in connection.execute(sa.text("SELECT DISTINCT store FROM usage")).scalars().all():
        files = connection.execute(
            sa.text("SELECT files FROM revision WHERE store = :store ORDER BY number DESC LIMIT 1"), {"store": store}
        ).scalar()
        try:
            program = read_revision({name: text.encode() for name, text in rules.exact.loads(files or "{}").items()})
        except ProgramFaults:
            yield store, _UNREADABLE, {}
            continue
        awarded = {each.name: each.awarded_wallets() for each in program.reactors}
        yield store, program.default_wallet.code, {name: of[0] for name, of in awarded.items() if len(of) == 1}
