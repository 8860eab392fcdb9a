"""Parts of the editor's page as HTML: problems and blocks."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.drafts.blocks import show_blocks
from console.drafts.files import file_url
from console.pages.page import StorePage
from console.pages.rendering import environment


async def blocks_html(page: StorePage, path: str) -> Any:
    """Return the blocks of a file as HTML."""
    macros: Any = environment().get_template("drafts/blocks.html").module
    found = await page.call(show_blocks, path=path)
    return macros.blocks(found, path, page.url("program", "draft", "file", "blocks"))


def problems_in(problems: Sequence[Mapping[str, Any]], path: str) -> list[Mapping[str, Any]]:
    """Return the problems of one file."""
    return [each for each in problems if each["path"] == path]


def problems_html(page: StorePage, problems: Sequence[Mapping[str, Any]], path: str) -> Any:
    """Return the problems of a file as HTML, and the number of those in others."""
    macros: Any = environment().get_template("drafts/problems.html").module
    own = problems_in(problems, path)
    others = [each for each in problems if each["path"] != path and each["severity"] == "error"]
    return macros.problems(own, others, lambda other: file_url(page, other))
