"""A store whose member is corrected."""

import pytest

from tests.api.corrections.shop import Desk
from tests.kit.api import Api


@pytest.fixture
async def desk(api: Api) -> Desk:
    """On SQLite."""
    return await Desk.open(api)


@pytest.fixture
async def desk_anywhere(api_anywhere: Api) -> Desk:
    """On every database."""
    return await Desk.open(api_anywhere)
