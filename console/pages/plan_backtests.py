"""What the pages of plans share: the backtest of one for templates, boxes to tick, and the form in URLs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from api.http.errors import BadInput, NotFound
from console.pages.backtest_charts import backtest_charts
from console.pages.calls import Endpoint
from console.pages.page import StorePage
from console.security.form_values import FormValues
from program_files.folders.layout import TESTS

_DROP: Final = "_drop"
_RENAME: Final = "_rename"
_FAILING: Final = "_failing"
_TESTS_FAIL: Final = "_testsFail"
"""The hidden field of a plan whose tests fail or cannot be read."""
_KEPT: Final = ("days", "note", _DROP, _RENAME, _FAILING)
_MOST_KEPT: Final = 500
"""The most characters of a field that the URL keeps: more than the API accepts."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The ticked boxes of a plan: what members may lose, a new title, and tests that fail."""

    drop: tuple[str, ...]
    rename: bool
    failing: bool

    @classmethod
    def of(cls, fields: Iterable[tuple[str, str]]) -> "Agreed":
        """Return the boxes that are ticked in the fields of a form or of a URL."""
        ticked = list(fields)
        names = {name for name, _ in ticked}
        return cls(tuple(value for name, value in ticked if name == _DROP), _RENAME in names, _FAILING in names)

    def as_body(self) -> dict[str, Any]:
        """Return the consent as fields of a deploy's body."""
        return {"drop": list(self.drop), "rename": self.rename}


def failing_tests(plan: Mapping[str, Any]) -> str:
    """Return a sentence on the tests of a plan that fail or cannot be run; empty if there are none."""
    failed = plan["tests"]["failed"]
    if failed:
        return "1 test fails." if failed == 1 else f"{failed:,} tests fail."
    wrong = [each["path"] for each in plan["problems"] if each["severity"] == "error"]
    only_tests = bool(wrong) and all(path.startswith(f"{TESTS}/") for path in wrong)
    return "The tests have errors, so none was run." if only_tests else ""


def require_agreed_failures(sent: FormValues) -> None:
    """Raise BadInput if the page said that tests fail, and their box is not ticked."""
    if sent.has(_TESTS_FAIL) and not sent.has(_FAILING):
        message = "Its tests fail. Mend the program or its tests, or tick the box that says you know."
        raise BadInput.at("", message, "testsFail")


async def backtest_context(page: StorePage, show: Endpoint, url: str, **parameters: Any) -> dict[str, Any]:
    """Return the backtest that an endpoint of the API shows, with its charts and its URL; None if there is none."""
    try:
        backtest = await page.call(show, **parameters)
    except NotFound:
        return {"backtest": None, "backtest_url": url, "charts": []}
    result = backtest["result"]
    charts = [] if result is None else backtest_charts(page, result)
    return {"backtest": backtest, "backtest_url": url, "charts": charts}


def with_sent_fields(page: StorePage, url: str) -> str:
    """Return the URL of a plan, at its backtest, with the fields of its form that were sent."""
    kept = [(name, value[:_MOST_KEPT]) for name, value in page.sent.fields if name in _KEPT and value]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{url}{query}#backtest"
