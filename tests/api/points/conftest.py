"""A store with two members, on SQLite and on every database."""

import pytest

from tests.api.points.shop import Shop
from tests.kit.api import Api


@pytest.fixture
async def shop(api: Api) -> Shop:
    """The store on SQLite."""
    return await Shop.open(api)


@pytest.fixture
async def shop_anywhere(api_anywhere: Api) -> Shop:
    """The store on every database."""
    return await Shop.open(api_anywhere)
