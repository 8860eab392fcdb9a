"""One Laurel and one browser for all tests here, in one event loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page
from pytest_asyncio import is_async_test

from commands.shared.settings import EXAMPLE_PROGRAM
from program_files import read_folder
from program_files.folders.folder import only_tests
from tests.kit.browser import Console, running_browser, running_laurel
from tests.kit.console_story import report_story


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in the event loop of their Laurel."""
    here = Path(__file__).parent
    for each in items:
        if here in each.path.parents and is_async_test(each):
            each.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            each.add_marker(pytest.mark.timeout(600))  # a journey waits for many pages, on a slow machine for long


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """The console of the coffee shop, in which a few things have happened, with the admin logged in."""
    read = read_folder(EXAMPLE_PROGRAM)
    files = {path: content for path, content in read.items() if path not in only_tests(read)}  # journeys write theirs
    async with running_browser() as browser, running_laurel(tmp_path_factory.mktemp("console"), files) as laurel:
        console = Console(browser, laurel)
        await report_story(laurel)
        await console.log_in()
        yield console


@pytest_asyncio.fixture(loop_scope="session")
async def page(console: Console) -> AsyncIterator[Page]:
    """A page of the admin."""
    context = await console.context()
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def plain_page(console: Console) -> AsyncIterator[Page]:
    """A page of the admin in a browser without scripts."""
    context = await console.context(scripts=False)
    yield await context.new_page()
    await context.close()
