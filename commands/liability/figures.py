"""The liability of a store, read from the database as the API shows it."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from api.analytics.views import liability_view
from commands.shared.database_reader import read_only, revision_in_force, store_codes
from commands.shared.errors import CommandError
from commands.shared.lookup import find_store
from database.liability import scan_liability
from database.transaction import ReadTransaction
from loyalty.calendar import local_day
from loyalty.points.liability import InvalidLiabilityRequest, LiabilityRequest
from program_files import read_revision


class Wanted(NamedTuple):
    """The options of a call."""

    day: date | None
    since: date | None
    until: date | None
    breakage: str


class InvalidCall(CommandError):
    """The days or the breakage rate are invalid."""


def liability_of(wanted: Wanted, *, data: Path, store: str | None) -> dict[str, Any]:
    """Return the figures of one store.

    Raise InvalidCall, NotFound, SettingError, NoDatabase, InvalidDatabaseUrl or ProgramFaults.
    """
    with read_only(data, scans=True) as connection:
        code = find_store(store_codes(connection), store)
        found = revision_in_force(ReadTransaction(connection, code))
        assert found is not None, "a store begins with the first revision"
        program = read_revision(found[1])
        request = _request(wanted, today=local_day(datetime.now(UTC), program.zone))
        report = scan_liability(connection, code, request, program.zone)
        return {"store": code, **liability_view(report, program)}


def _request(wanted: Wanted, *, today: date) -> LiabilityRequest:
    try:
        breakage = Decimal(wanted.breakage)
        return LiabilityRequest.of(wanted.day, wanted.since, wanted.until, breakage, today=today)
    except InvalidOperation:
        raise InvalidCall(f"--breakage {wanted.breakage[:40]} is not a number: write a share such as 0.1") from None
    except InvalidLiabilityRequest as error:
        raise InvalidCall(str(error)) from None
