"""What nobody expected, as a page."""

import pytest

from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, text_of


async def test_an_unexpected_error_is_a_page_with_the_id_under_which_it_is_logged(
    api: Api, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> None:
        raise ZeroDivisionError("secret of the database")

    monkeypatch.setattr(api.app.state.laurel.services.programs, "current", lambda store: fails())

    answer = await visitor.get(HOME)

    assert answer.status_code == 500
    assert "It is in the log as incident" in text_of(answer)
    assert "secret" not in answer.text
