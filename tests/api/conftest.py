"""The API in this process, on real databases."""

from collections.abc import AsyncIterator

import pytest

from database import Database
from tests.kit.api import Api, running


@pytest.fixture
async def api(sqlite_database: Database) -> AsyncIterator[Api]:
    """The API on SQLite."""
    async with running(sqlite_database) as started:
        yield started


@pytest.fixture
async def api_anywhere(database: Database) -> AsyncIterator[Api]:
    """The API on every database."""
    async with running(database) as started:
        yield started
