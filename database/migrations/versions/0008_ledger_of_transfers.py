"""The ledger as transfers with allocations: balances and entries become accounts and transfers, in millionths.

What earlier deductions took from lots was not kept. It is worked out by running the entries of each account again in
their order, with the rule of that time: what expires first, then by id. Where the result differs from what is left of
the lots, shares are moved until lots agree. The transfers of these deductions are marked as estimated. What no entry
explains, since a row was changed by hand, becomes a transfer of its own, from `migration`.

Points that expired while they were pending had been taken from the active balance; here they are taken from the pending
one, so that each balance is the sum of its lots.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
import yaml
from alembic import op

from database.migrations.account_replay import PARTS, AccountReplay
from database.tables import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DECIMALS = 6
PAGE = 500


def upgrade() -> None:
    connection = op.get_bind()
    _create_tables()
    op.add_column("lot", sa.Column("transfer", sa.String(36), nullable=True))
    connection.execute(sa.text("UPDATE lot SET transfer = id"))
    op.drop_index("ix_lot_member_wallet", "lot")
    with op.batch_alter_table("lot") as batch:
        batch.add_column(sa.Column("held", sa.BigInteger(), nullable=False, server_default="0"))
        batch.alter_column("transfer", existing_type=sa.String(36), nullable=False)
        for part in ("remaining", "held"):
            batch.create_check_constraint(op.f(f"ck_lot_{part}_not_negative"), f"{part} >= 0")
    _create_lot_indexes()
    _create_allocation()
    factors = _factors(connection)
    _scale(connection, factors)
    _move_ledger(connection, factors)
    op.drop_table("entry")
    op.drop_table("balance")


def downgrade() -> None:
    connection = op.get_bind()
    _create_old_tables()
    factors = _factors(connection)
    _move_back(connection, factors)
    for table in ("allocation", "transfer", "account"):
        op.drop_table(table)
    op.drop_index("ix_lot_transfer", "lot")
    op.drop_index("ix_lot_member_wallet_expires_at", "lot")
    with op.batch_alter_table("lot") as batch:
        for part in ("remaining", "held"):
            batch.drop_constraint(op.f(f"ck_lot_{part}_not_negative"), type_="check")
        batch.drop_column("held")
        batch.drop_column("transfer")
    where = sa.text("remaining > 0")
    op.create_index("ix_lot_member_wallet", "lot", ["member", "wallet"], sqlite_where=where, postgresql_where=where)


# -- tables


def _create_tables() -> None:
    parts = [sa.Column(part, sa.BigInteger(), nullable=False) for part in PARTS]
    bounded = ("active", "pending", "held", "owed")
    op.create_table(
        "account",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("wallet", sa.String(255), nullable=False),
        *parts,
        sa.Column("transfers", sa.BigInteger(), nullable=False),
        *(sa.CheckConstraint(f"{part} >= 0", name=op.f(f"ck_account_{part}_not_negative")) for part in bounded),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_account_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("member", "wallet", name=op.f("uq_account_member_wallet")),
    )
    op.create_table(
        "transfer",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("account", sa.String(36), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("wallet", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        *(sa.Column(part, sa.BigInteger(), nullable=False) for part in PARTS),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("related", sa.String(36), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("external_id", sa.String(255), nullable=True),
        sa.Column("ends_at", Instant(timezone=True), nullable=True),
        sa.Column("lot", sa.String(36), nullable=True),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_transfer_account")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_transfer_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("account", "number", name=op.f("uq_transfer_account_number")),
        sa.UniqueConstraint("store", "external_id", name=op.f("uq_transfer_store_external_id")),
    )
    op.create_index("ix_transfer_member_at", "transfer", ["member", "at"])
    op.create_index("ix_transfer_store_at", "transfer", ["store", "at"])
    op.create_index("ix_transfer_event", "transfer", ["event"])
    where = sa.text("related IS NOT NULL")
    op.create_index("ix_transfer_related", "transfer", ["related"], sqlite_where=where, postgresql_where=where)


def _create_lot_indexes() -> None:
    left, apart = sa.text("remaining > 0"), sa.text("transfer != id")
    columns = ["member", "wallet", "expires_at", "created_at", "id"]
    op.create_index("ix_lot_member_wallet_expires_at", "lot", columns, sqlite_where=left, postgresql_where=left)
    op.create_index("ix_lot_transfer", "lot", ["transfer"], sqlite_where=apart, postgresql_where=apart)


def _create_allocation() -> None:
    op.create_table(
        "allocation",
        sa.Column("transfer", sa.String(36), nullable=False),
        sa.Column("lot", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["transfer"], ["transfer.id"], name=op.f("fk_allocation_transfer")),
        sa.ForeignKeyConstraint(["lot"], ["lot.id"], name=op.f("fk_allocation_lot")),
        sa.PrimaryKeyConstraint("transfer", "lot", name=op.f("pk_allocation")),
    )
    op.create_index("ix_allocation_lot", "allocation", ["lot"])


def _create_old_tables() -> None:
    op.create_table(
        "balance",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("wallet", sa.String(255), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        *(sa.Column(part, sa.BigInteger(), nullable=False) for part in PARTS[:5]),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_balance_member")),
        sa.PrimaryKeyConstraint("member", "wallet", name=op.f("pk_balance")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("wallet", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.String(36), nullable=True),
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_entry_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_event", "entry", ["event"])
    op.create_index("ix_entry_member", "entry", ["member", "at"])


# -- amounts


Factors = Mapping[tuple[str, str], int]
"""How many millionths the smallest unit of a wallet was, by store and wallet."""


def _factors(connection: sa.Connection) -> Factors:
    """Read the decimals of wallets from the latest revision of each store that has the wallet."""
    found: dict[tuple[str, str], int] = defaultdict(lambda: 10**DECIMALS)
    rows = connection.execute(sa.text("SELECT store, files FROM revision ORDER BY number"))
    for store, files in rows:
        for code, decimals in _decimals(json.loads(files)).items():
            found[store, code] = 10 ** (DECIMALS - decimals)
    return found


def _decimals(files: Mapping[str, str]) -> dict[str, int]:
    """The decimals of the wallets that a program's files declare."""
    text = next((files[name] for name in ("program.yaml", "program.yml", "program.json") if name in files), "")
    try:
        wallets = (yaml.safe_load(text) or {}).get("wallets")
    except (yaml.YAMLError, AttributeError):
        return {}
    declared = wallets if isinstance(wallets, dict) else {}
    return {str(code): int((each or {}).get("decimals", 0)) for code, each in declared.items()}


def _default_wallets(connection: sa.Connection) -> dict[str, str]:
    """The default wallet of each store, by its latest revision."""
    found = {}
    for store, files in connection.execute(sa.text("SELECT store, files FROM revision ORDER BY number")):
        texts = json.loads(files)
        text = next((texts[name] for name in ("program.yaml", "program.yml", "program.json") if name in texts), "")
        wallets = (yaml.safe_load(text) or {}).get("wallets")
        if isinstance(wallets, dict) and wallets:
            marked = [code for code, each in wallets.items() if (each or {}).get("default")]
            found[store] = str((marked or list(wallets))[0])
    return found


def _scale(connection: sa.Connection, factors: Factors, *, down: bool = False) -> None:
    """Turn the points of lots and tier periods into millionths, or back."""
    lot = sa.table("lot", *(sa.column(name, sa.BigInteger) for name in ("store", "wallet", "points", "remaining")))
    member = sa.table("member", sa.column("store"), sa.column("tier_base", sa.BigInteger))

    def scaled(column: sa.ColumnClause[int], factor: int) -> sa.ColumnElement[int]:
        return column // factor if down else column * factor

    for store, wallet in connection.execute(sa.select(lot.c.store, lot.c.wallet).distinct()).all():
        factor = factors[store, wallet]
        values = {name: scaled(lot.c[name], factor) for name in ("points", "remaining")}
        connection.execute(sa.update(lot).where(lot.c.store == store, lot.c.wallet == wallet).values(values))
    for store, wallet in _default_wallets(connection).items():
        values = {"tier_base": scaled(member.c.tier_base, factors[store, wallet])}
        here = sa.and_(member.c.store == store, member.c.tier_base != 0)
        connection.execute(sa.update(member).where(here).values(values))


# -- the ledger


def _move_ledger(connection: sa.Connection, factors: Factors) -> None:
    tables = sa.MetaData()
    account, transfer, allocation, entry, lot = (
        sa.Table(name, tables, autoload_with=connection, resolve_fks=False)
        for name in ("account", "transfer", "allocation", "entry", "lot")
    )
    for table, column in ((entry, "at"), (lot, "expires_at"), (lot, "active_from"), (transfer, "at")):
        table.c[column].type = Instant(timezone=True)
    members = connection.execute(sa.select(entry.c.member).distinct().order_by(entry.c.member)).scalars().all()
    for first in range(0, len(members), PAGE):
        some = members[first : first + PAGE]
        lots = _by_account(connection.execute(sa.select(lot).where(lot.c.member.in_(some)).order_by(lot.c.id)))
        entries = connection.execute(
            sa.select(entry).where(entry.c.member.in_(some)).order_by(entry.c.member, entry.c.wallet, entry.c.id)
        )
        rows: dict[str, list[Any]] = defaultdict(list)
        for (member, wallet), lines in groupby(entries, key=attrgetter("member", "wallet")):
            moved = list(lines)
            replay = AccountReplay(member, wallet, factors[moved[0].store, wallet], lots.get((member, wallet), []))
            for table_name, row in replay.rows(moved):
                rows[table_name].append(row)
        for table in (account, transfer, allocation):
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])


def _by_account(rows: Iterable[Any]) -> dict[tuple[str, str], list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.member, row.wallet].append(row)
    return found


# -- back


def _move_back(connection: sa.Connection, factors: Factors) -> None:
    """Write balances and entries again, in the smallest units of wallets; what entries cannot say is left out."""
    tables = sa.MetaData()
    account, transfer, balance, entry = (
        sa.Table(name, tables, autoload_with=connection, resolve_fks=False)
        for name in ("account", "transfer", "balance", "entry")
    )
    kinds = {"add": "award", "spend": "deduct", "capture": "deduct"}
    for row in connection.execute(sa.select(account)).mappings().all():
        factor = factors[row["store"], row["wallet"]]
        scaled = {part: row[part] // factor for part in PARTS[:5]}
        same = {name: row[name] for name in ("store", "member", "wallet")}
        connection.execute(balance.insert(), same | scaled)
    for row in connection.execute(sa.select(transfer)).mappings().all():
        kind = kinds.get(row["kind"], row["kind"])
        if kind in ("award", "deduct", "activate", "expire"):
            factor = factors[row["store"], row["wallet"]]
            scaled = {"points": row["points"] // factor, "balance": row["balance"] // factor, "kind": kind}
            same = {column.name: row[column.name] for column in entry.c}
            connection.execute(entry.insert(), same | scaled)
    _scale(connection, factors, down=True)
