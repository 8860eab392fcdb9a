"""Write a designer's test from a stored event of a database."""

from pathlib import Path

from api.simulations.recorded_tests import RecordedTest, recorded_event, refuse_caused, write_test
from commands.shared.database_reader import DatabaseEvents, read_only, revision_files
from commands.shared.errors import CommandError
from commands.shared.lookup import find_event
from program_files import read_revision
from workbench.generation.generation import CannotGenerateTest


class CannotRecord(CommandError):
    """No test can be made from an event; the message says why."""


def record_test(event_id: str, *, data: Path, store: str | None) -> RecordedTest:
    """Return a test of an event, found by Laurel's id or its reporter's own.

    Raise NotFound, CannotRecord, or the errors of `read_only`.
    """
    with read_only(data) as connection:
        tx, stored = find_event(DatabaseEvents(connection), event_id, store)
        try:
            refuse_caused(tx, stored)
            program = read_revision(revision_files(tx, stored.revision))
            recorded, did = recorded_event(tx, program, stored), tx.events.log_of(stored.id)
        except CannotGenerateTest as error:
            raise CannotRecord(str(error)) from None
    try:
        return write_test(recorded, program, stored, did)
    except CannotGenerateTest as error:
        raise CannotRecord(f"no test can be made of event {stored.id}: {error}") from None
