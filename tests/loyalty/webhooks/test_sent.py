"""What the table of messages lists is sent, and nothing else is."""

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


def test_every_message_of_the_table_is_sent_by_some_code_and_no_other_is() -> None:
    files = Path(str(loyalty.__file__)).parent.rglob("*.py")

    sent = {message for file in files for message in sent_in(ast.parse(file.read_text()))}

    assert sent == {message.__name__ for message in MESSAGES}
