"""`laurel audit`: from a data folder and from PostgreSQL, beside a process that writes."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from database import Database
from tests.kit.busy_ledger import BusyLedger
from tests.kit.processes import laurel

BREAK = "UPDATE account SET earned = earned + 1000000 WHERE wallet = 'points'"


async def shop(database: Database) -> str:
    """A store in which a member has points; the member is returned."""
    busy = await BusyLedger.open(database, 1, members=2)
    await busy.scripted.report(busy.members[0], "purchase", {"total": 20})
    return busy.members[0]


def run(url: str, *arguments: str) -> tuple[int, str, str]:
    """Run the command on a database."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    environment = {} if url.startswith("sqlite") else {"LAUREL_DATABASE_URL": url.replace("+psycopg", "")}
    done = laurel("audit", "--data", folder, *arguments, **environment)
    return done.returncode, done.stdout, done.stderr


async def test_a_sound_store_is_clean_also_while_it_is_open_for_writing(database: Database, database_url: str) -> None:
    await shop(database)

    code, printed, errors = run(database_url)

    assert (code, errors) == (0, "")
    assert printed.startswith("store DEFAULT: everything adds up (")
    assert "2 accounts, 2 transfers, 2 lots" in printed


async def test_a_finding_names_what_is_wrong_and_what_to_do(database: Database, database_url: str) -> None:
    member = await shop(database)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(BREAK))
    engine.dispose()

    code, printed, _ = run(database_url)
    json_code, as_json, _ = run(database_url, "--format", "json", "--store", "DEFAULT")

    assert (code, json_code) == (1, 1)
    assert "1 finding (" in printed
    assert "it does not hold that each part of an account is the sum" in printed
    assert f"member {member}, wallet points, account " in printed
    assert "earned is 21, expected 20" in printed
    assert "What to do: the transfers are the record" in printed
    (store,) = json.loads(as_json)["stores"]
    (finding,) = store["findings"]
    assert (finding["check"], finding["member"]) == ("account-balance", member)
    assert (finding["expected"], finding["actual"], store["counts"]) == (20, 21, {"account-balance": 1})


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(["--store", "NONE"], "store NONE is unknown: there is DEFAULT"), (["--format", "xml"], "xml")],
)
async def test_a_wrong_call_exits_with_2(
    sqlite_database: Database, sqlite_database_url: str, arguments: list[str], why: str
) -> None:
    await shop(sqlite_database)

    code, printed, errors = run(sqlite_database_url, *arguments)

    assert code == 2
    assert why in printed + errors


def test_a_folder_without_a_database_is_named(tmp_path: Path) -> None:
    done = laurel("audit", "--data", tmp_path)

    assert done.returncode == 2
    assert "nothing was ever started in" in done.stderr
