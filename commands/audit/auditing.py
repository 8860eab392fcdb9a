"""Auditing the stores of a database, in one snapshot."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from commands.shared.database_reader import read_only, revision_in_force
from commands.shared.lookup import find_store
from database.audit import Audit, audit, audited_stores
from database.transaction import ReadTransaction
from loyalty.program.program import Program
from program_files import ProgramFaults, read_revision


def audit_stores(data: Path, store: str | None) -> list[Audit]:
    """Audit one store, or every store; raise NotFound, SettingError, NoDatabase or InvalidDatabaseUrl."""
    with read_only(data, scans=True) as connection:
        codes = audited_stores(connection)
        wanted = codes if store is None else [find_store(codes, store)]
        now = datetime.now(UTC)
        return [audit(connection, code, now=now, program=_program(connection, code)) for code in wanted]


def _program(connection: Connection, store: str) -> Program | None:
    """Return the program in force; None: there is none that this version of Laurel can read."""
    found = revision_in_force(ReadTransaction(connection, store))
    try:
        return None if found is None else read_revision(found[1])
    except ProgramFaults:
        return None
