"""`laurel simulate` with a sale or a return in the file, of an invented member and of one of the database."""

import json
from pathlib import Path
from typing import Any

import pytest

from activities.events import EventActivities
from commands.simulate.simulation import (
    AdhocMember,
    FolderProgram,
    SimulationError,
    SimulationRequest,
    StoredMember,
    run_simulation,
)
from database import Database
from database.programs import Programs
from loyalty.transactions.operations import register_transaction
from tests.kit import programs
from tests.kit.processes import write
from tests.kit.scripted_store import FIRST, ScriptedStore
from tests.kit.shop import document as sold
from tests.kit.transactions import document, line, returned

SALES = "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
FILES = programs.files(reactors__sales=SALES)


def _simulated(tmp_path: Path, content: Any, member: Any, now: str | None = None) -> Any:
    file = tmp_path / "sale.json"
    file.write_text(json.dumps(content))
    folder = FolderProgram(write(tmp_path / "program", FILES))
    return run_simulation(SimulationRequest(folder, str(file), member, now, tmp_path / "data"))


def _points(said: Any) -> list[int]:
    return [said[when]["wallets"]["points"]["active"] for when in ("before", "after")]


def test_an_invented_member_buys(tmp_path: Path) -> None:
    said = _simulated(tmp_path, document("S1", line("beans", 2)), AdhocMember("{points: 5}"))

    assert _points(said) == [5, 45]
    assert said["events"][0]["body"]["gross_value"] == 40


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (returned("R1", "S1"), "no sale has the number S1"),
        (document("S1", {"sku": "a"}), "transaction.items.0.name: this is a text"),
        (document("S1", purchasedAt="soon"), "transaction.purchasedAt"),
        (document("S1", more="x"), "more"),
        ({"transaction": "S1"}, "transaction"),
    ],
)
def test_what_cannot_be_simulated_says_why(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        _simulated(tmp_path, content, AdhocMember("{}"))


async def test_a_return_is_that_of_the_member_of_its_sale(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = Programs(sqlite_database)
    program, revision, _ = await deployed.deploy(FILES, by="test")
    store = ScriptedStore(sqlite_database, EventActivities(sqlite_database, deployed), program, revision, FIRST)
    member = await store.register("ann@example.com")
    await store.operate(register_transaction, sold("S1", "beans", "cup", now=FIRST, email="ann@example.com"))
    monkeypatch.setenv("LAUREL_DATABASE_URL", f"sqlite:///{tmp_path / 'laurel.db'}")

    said = _simulated(tmp_path, returned("R1", "S1", "cup"), StoredMember(None), "2026-03-03T10:00:00")
    nobody = document("S2", customer={"email": "bob@example.com"})

    assert (said["customerId"], _points(said)) == (member, [30, 20])
    with pytest.raises(Exception, match="waits for its member"):
        _simulated(tmp_path, nobody, StoredMember(None))
