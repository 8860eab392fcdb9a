"""An event for those who may not see personal data."""

from datetime import UTC, datetime

from console.pages.hiding import hidden_event
from program_files import read_program
from tests.kit.programs import files

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def test_of_an_event_whose_type_is_gone_nothing_is_known_to_be_harmless() -> None:
    leaf = {"place": "r.yaml:3:1", "actual": {"event.body.who": "Anna"}, "needed": '== "anna@example.com"'}
    answer = {"verdict": "condition_false", "because": "who is Anna", "reason": {"leaves": [leaf]}}
    event = {
        "type": "gone",
        "customerData": {"email": "anna@example.com"},
        "body": {"who": "Anna"},
        "error": "anna@example.com is not to be reached at +48 600 700 800",
        "decision": [answer | {"effects": [{"set_attribute": {"name": "a", "value": "Anna"}}]}],
        "outcome": {"did": ["+5 points by reactor/x"], "caused": []},
        "deliveries": [],
    }

    shown = hidden_event(event, read_program(files()), now=NOW)

    assert "Anna" not in str(shown["body"]) + str(shown["decision"])
    assert "anna@example.com" not in str(shown["decision"]) + shown["error"]
    assert "600" not in shown["error"]
    assert shown["outcome"]["did"] == ["+5 points by reactor/x"]
