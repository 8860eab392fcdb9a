"""A data folder, and a file of SQLite, are used by one Laurel at a time."""

from dataclasses import replace
from pathlib import Path

import pytest

from commands.shared.data_folder import DataFolderError, lock
from commands.shared.settings import Settings


def settings(database: Path | None = None) -> Settings:
    return replace(Settings.read(), database_url=None if database is None else f"sqlite:///{database}")


def test_a_folder_is_locked_while_it_is_used(tmp_path: Path) -> None:
    with (
        lock(tmp_path, settings()) as url,
        pytest.raises(DataFolderError, match="name another --data"),
        lock(tmp_path, settings()),
    ):
        pass

    assert url == f"sqlite:///{tmp_path / 'laurel.db'}"
    with lock(tmp_path, settings()):
        pass


def test_a_file_of_sqlite_is_locked_whichever_folder_is_used(tmp_path: Path) -> None:
    database = tmp_path / "shared.db"

    with (
        lock(tmp_path / "a", settings(database)),
        pytest.raises(DataFolderError, match=r"shared\.db is in use .* another LAUREL_DATABASE_URL"),
        lock(tmp_path / "b", settings(database)),
    ):
        pass

    with lock(tmp_path / "b", settings(database)) as url:
        assert url == f"sqlite:///{database}"


def test_a_file_in_a_folder_that_is_missing_is_refused_in_words(tmp_path: Path) -> None:
    with (
        pytest.raises(DataFolderError, match="cannot be written: No such file"),
        lock(tmp_path / "a", settings(tmp_path / "nowhere" / "shared.db")),
    ):
        pass
