"""What stands in the pages of the documentation."""

import re
from collections.abc import Iterator

from tests.kit.paths import ROOT


def blocks(page: str, language: str) -> Iterator[str]:
    """The code blocks of a page in one language."""
    return iter(re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL))
