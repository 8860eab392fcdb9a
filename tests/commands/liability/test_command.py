"""`laurel liability`: what it prints of a store, and which calls are wrong."""

import json
from pathlib import Path

import pytest

from database import Database
from tests.kit.busy_ledger import BusyLedger
from tests.kit.processes import laurel


async def shop(database: Database) -> None:
    """A store in which a member has points since March 2026."""
    busy = await BusyLedger.open(database, 1, members=2)
    await busy.scripted.report(busy.members[0], "purchase", {"total": 1200})


def run(url: str, *arguments: str) -> tuple[int, str, str]:
    """Run the command on a database."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    environment = {} if url.startswith("sqlite") else {"LAUREL_DATABASE_URL": url.replace("+psycopg", "")}
    done = laurel("liability", "--data", folder, *arguments, **environment)
    return done.returncode, done.stdout, done.stderr


async def test_figures_are_printed_for_each_wallet_and_month(database: Database, database_url: str) -> None:
    await shop(database)

    code, printed, errors = run(database_url, "--day", "2026-03-05", "--breakage", "0.25")

    assert (code, errors) == (0, "")
    title, _, wallet, columns, month, total, *_ = printed.splitlines()
    assert title == "store DEFAULT at the end of 2026-03-05; movements from 2026-03-01 to 2026-03-05; breakage 0.25"
    assert wallet == "wallet points; members owe 0"
    assert columns.split()[:3] == ["month", "outstanding", "active"]
    assert month.split() == ["2026-03", "1,200", "1,200", "0", "0", "1,200", "0", "0", "0", "0", "0", "24", "18"]
    assert total.split() == ["all", *month.split()[1:]]
    assert "wallet stars; members owe 0" in printed
    assert "1.25 of them have no cost" in printed


async def test_figures_are_printed_as_the_api_shows_them(sqlite_database: Database, sqlite_database_url: str) -> None:
    await shop(sqlite_database)

    code, printed, _ = run(sqlite_database_url, "--day", "2026-03-05", "--from", "2026-03-03", "--format", "json")

    found = json.loads(printed)
    assert code == 0
    days = (found["store"], found["day"], found["from"], found["until"])
    assert days == ("DEFAULT", "2026-03-05", "2026-03-03", "2026-03-05")
    points, stars = found["wallets"]
    assert (points["outstanding"], points["issued"], points["cost"]) == (1200, 0, 24)
    assert (stars["outstanding"], stars["uncosted"], "cost" in stars) == (1.25, 1.25, False)
    assert [each["month"] for each in points["months"]] == ["2026-03"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--day", "2999-01-01"], "2999-01-01 has not begun"),
        (["--from", "2026-03-05", "--until", "2026-03-04"], "2026-03-05 is after 2026-03-04"),
        (["--breakage", "2"], "from 0 to 1"),
        (["--breakage", "much"], "much is not a number"),
        (["--day", "yesterday"], "yesterday"),
        (["--store", "NONE"], "store NONE is unknown: there is DEFAULT"),
    ],
)
async def test_a_wrong_call_exits_with_2(
    sqlite_database: Database, sqlite_database_url: str, arguments: list[str], why: str
) -> None:
    await shop(sqlite_database)

    code, printed, errors = run(sqlite_database_url, *arguments)

    assert code == 2
    assert why in printed + errors
