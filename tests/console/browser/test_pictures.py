"""The pictures of docs/console.md: each shows the page that the text beside it describes.

`LAUREL_PICTURES=1 .venv/bin/pytest tests/console/browser/test_pictures.py` writes them anew.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.kit.browser import Console
from tests.kit.paths import ROOT

IMAGES = ROOT / "docs" / "images"
DOCUMENT = ROOT / "docs" / "console.md"
PICTURES = {
    "console-event": ("/search?q=receipt-4711", "double-on-web"),
    "console-member": ("/search?q=anna@example.com", "anna@example.com"),
    "console-figures": ("/figures", "What expires in the coming weeks"),
    "console-program": ("/program/1", "Revision 1"),
}
"""What is opened for each picture, and a text that it must show."""


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_shows_its_page(console: Console, page: Page, tmp_path: Path, name: str) -> None:
    path, text = PICTURES[name]
    folder = IMAGES if os.environ.get("LAUREL_PICTURES") else tmp_path

    await page.goto(console.home + path)
    await page.get_by_text(text).first.wait_for()
    await page.screenshot(path=folder / f"{name}.png", scale="css")

    assert (folder / f"{name}.png").stat().st_size > 10_000


def test_the_document_shows_every_picture_and_no_other() -> None:
    shown = set(re.findall(r"\(images/(console-[a-z]+)\.png\)", DOCUMENT.read_text()))

    assert shown == set(PICTURES)
    assert "(docs/images/console-event.png)" in (ROOT / "README.md").read_text()
    assert all((IMAGES / f"{name}.png").exists() for name in shown)
