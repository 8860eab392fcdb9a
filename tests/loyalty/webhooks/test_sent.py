"""The messages that are sent are those of the table of messages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import loyalty
from loyalty.webhooks.messages import MESSAGES


def sent_in(tree: ast.AST) -> Iterator[str]:
    """The first arguments of all calls `....outbox.send(Message, ...)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="send"), args=[message, *_]):
                if ast.unparse(owner).split(".")[-1] == "outbox":
                    yield ast.unparse(message)


def test_the_messages_that_code_sends_are_those_of_the_table() -> None:
    files = Path(str(loyalty.__file__)).parent.rglob("*.py")

    sent = {message for file in files for message in sent_in(ast.parse(file.read_text()))}

    assert sent == {message.__name__ for message in MESSAGES}
