"""The API with the console in this process, and a client that is logged in to it."""

from collections.abc import AsyncIterator

import pytest

from database import Database
from tests.kit.api import Api, running
from tests.kit.console import Visitor, visiting


@pytest.fixture
async def api(sqlite_database: Database) -> AsyncIterator[Api]:
    """The API on SQLite."""
    async with running(sqlite_database) as started:
        yield started


@pytest.fixture
async def visitor(api: Api) -> AsyncIterator[Visitor]:
    """The admin, logged in to the console."""
    async with visiting(api) as visitor:
        await visitor.log_in()
        yield visitor
