"""The embedded Temporal server: a damaged database is distinguished from other reasons why it does not start."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.shared import temporal_server
from commands.shared.temporal_server import DamagedDatabase, TemporalError, free_port, move_aside


@pytest.mark.parametrize("content", [b"", b"\xff" * 8192], ids=["empty", "no database"])
async def test_a_damaged_database_is_an_error_of_its_own(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "temporal.db"
    file.write_bytes(content)

    with pytest.raises(DamagedDatabase, match="Temporal ended at once"):
        await temporal_server.start(port=free_port(), file=file, log=tmp_path / "log")


async def test_a_folder_that_does_not_exist_is_no_damaged_database(tmp_path: Path) -> None:
    with pytest.raises(TemporalError) as raised:
        await temporal_server.start(port=free_port(), file=tmp_path / "no" / "temporal.db", log=tmp_path / "log")

    assert not isinstance(raised.value, DamagedDatabase)


def test_a_database_is_moved_aside_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    for name in ("temporal.db", "temporal.db-wal", "laurel.db"):
        (tmp_path / name).write_text(name)

    aside = move_aside(tmp_path / "temporal.db", now=datetime(2026, 11, 29, 8, 0, 1, tzinfo=UTC))

    assert aside == tmp_path / "temporal.db.damaged-20261129-080001"
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "laurel.db",
        "temporal.db-wal.damaged-20261129-080001",
        "temporal.db.damaged-20261129-080001",
    ]
