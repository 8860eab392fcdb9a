"""`laurel recount` makes figures right that were changed by hand."""

import json
from pathlib import Path

from sqlalchemy import create_engine, text

from commands.recount.recounting import recount
from commands.shared.data_folder import DATABASE_FILE, lock
from commands.shared.settings import Settings
from database import Database
from database.audit import audit
from tests.kit.busy_ledger import BusyLedger
from tests.kit.figures import count_figures, read_figures
from tests.kit.processes import laurel


async def findings(busy: BusyLedger) -> int:
    """How much an audit finds."""
    now, program = busy.scripted.now, busy.scripted.program
    found = await busy.scripted.database.store("DEFAULT").read(
        lambda tx: audit(tx.connection, "DEFAULT", now=now, program=program)
    )
    return sum(found.counts.values())


async def test_figures_that_were_changed_are_counted_anew_and_what_fired_stays(database: Database) -> None:
    busy = await BusyLedger.open(database, 2)
    await busy.some_steps(20)
    await count_figures(busy.scripted)
    fired = await read_figures(busy.scripted, lambda reader: reader.sums("fired"))
    broken = text("UPDATE daily_figure SET low = low + 1 WHERE figure <> 'fired'")
    await database.store("DEFAULT").write(lambda tx: tx.connection.execute(broken))
    assert await findings(busy) > 0

    assert await recount(database, "DEFAULT") > 0

    assert await findings(busy) == 0
    assert await read_figures(busy.scripted, lambda reader: reader.sums("fired")) == fired


async def test_the_command_counts_the_store_of_a_data_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with lock(data, Settings.read()) as url:
        database = Database.open(url)
        busy = await BusyLedger.open(database, 2)
        await busy.some_steps(5)
        await count_figures(busy.scripted)
        database.close()
    engine = create_engine(f"sqlite:///{data / DATABASE_FILE}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM daily_figure"))
    engine.dispose()

    done = laurel("recount", "--data", data)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("store DEFAULT: ")
    assert json.loads(laurel("recount", "--data", data, "--format", "json").stdout)["store"] == "DEFAULT"
    again = laurel("audit", "--data", data)
    assert "daily-figures" not in again.stdout
