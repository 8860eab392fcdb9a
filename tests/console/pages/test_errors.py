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


@pytest.mark.parametrize(
    ("referer", "led_back"),
    [
        (f"http://laurel{HOME}/rewards/mug?_scroll=x", f"{HOME}/rewards/mug?_scroll=x"),
        (f"http://evil.example{HOME}", ""),
        ("http://laurel/api/DEFAULT/member", ""),
        (f"http://laurel{HOME}/nothing/here", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
async def test_a_page_that_is_not_there_leads_back_to_the_one_before(
    visitor: Visitor, referer: str, led_back: str
) -> None:
    answer = await visitor.get(f"{HOME}/nothing/here", headers={"Referer": referer})

    assert answer.status_code == 404
    assert ("Back to the page before" in text_of(answer)) == bool(led_back)
    assert "evil.example" not in answer.text
    assert f'href="{led_back or "/console"}"' in answer.text
