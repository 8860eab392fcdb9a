"""Errors of commands become messages and exit codes."""

import json
from datetime import UTC, datetime

import pytest
import typer
from sqlalchemy.exc import OperationalError
from temporalio.service import RPCError, RPCStatusCode

from commands.shared.errors import CommandError
from commands.shared.exits import errors_as_exit_codes, print_warnings
from commands.shared.lookup import NotFound
from commands.shared.options import Format
from commands.shared.plan_files import PlanError
from database import InvalidDatabaseUrl
from database.migrate import NewerSchema
from database.programs import UnknownStore
from database.revisions import AnotherInForce
from loyalty.program.logic import Place
from program_files import Problem, ProgramFaults

WRONG = Problem(Place("program.yaml", 3, 1), "unknown-key", "key titel is unknown", "title")
DOUBTFUL = Problem(Place("reactors/a.yaml", 3, 1), "always-true", "it always holds", severity="warning")
LATE = AnotherInForce(2, by="bob", at=datetime(2026, 1, 1, tzinfo=UTC), based_on=1)


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (CommandError("name one"), "laurel: name one\n"),
        (NotFound("no event x"), "laurel: no event x\n"),
        (PlanError("plan again"), "laurel: plan again\n"),
        (InvalidDatabaseUrl("x is not an address"), "laurel: x is not an address\n"),
        (NewerSchema("9999"), f"laurel: {NewerSchema('9999')}\n"),
        (UnknownStore("NORTH"), "laurel: store NORTH has no program: deploy one with `laurel deploy DIR`\n"),
        (LATE, f"laurel: {LATE}\n"),
        (FileNotFoundError(2, "No such file", "a.json"), "laurel: a.json: No such file\n"),
        (BrokenPipeError("the reader went"), "laurel: the system: the reader went\n"),
        (
            OperationalError("SELECT 1", {}, Exception("no such table: store")),
            "laurel: the database does not answer as one: no such table: store. See LAUREL_DATABASE_URL or --data\n",
        ),
        (
            RPCError("refused", RPCStatusCode.UNAVAILABLE, b""),
            "laurel: Temporal does not answer: refused. See TEMPORAL_ADDRESS\n",
        ),
    ],
)
def test_an_error_of_the_call_is_printed_on_one_line_and_exits_with_2(
    raised: Exception, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, errors_as_exit_codes():
        raise raised

    assert (ended.value.exit_code, *capsys.readouterr()) == (2, "", message)


def test_the_problems_of_a_program_are_printed_and_exit_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, errors_as_exit_codes():
        raise ProgramFaults([WRONG])
    as_text = capsys.readouterr()
    with pytest.raises(typer.Exit), errors_as_exit_codes(Format.json):
        raise ProgramFaults([WRONG])

    assert (ended.value.exit_code, as_text.out, as_text.err) == (1, f"{WRONG}\n", "1 problem\n")
    assert json.loads(capsys.readouterr().out)["problems"][0]["suggestion"] == "title"


@pytest.mark.parametrize("raised", [ZeroDivisionError("ours"), typer.Exit(1), KeyboardInterrupt()])
def test_an_unexpected_error_is_not_hidden(raised: BaseException) -> None:
    with pytest.raises(type(raised)) as seen, errors_as_exit_codes():
        raise raised

    assert seen.value is raised


def test_warnings_are_printed_as_by_check_and_nothing_without_any(capsys: pytest.CaptureFixture[str]) -> None:
    print_warnings([])
    nothing = capsys.readouterr()

    print_warnings([DOUBTFUL])

    assert (*nothing, *capsys.readouterr()) == ("", "", f"{DOUBTFUL}\n", "1 warning\n")
