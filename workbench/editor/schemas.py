"""The schema of each kind of program file, made from its grammar.

Draft 7: the YAML and JSON language servers know it best, draft 2020-12 only in part and not everywhere. See
docs/decisions/0008-editors-get-draft-7.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, assert_never

from program_files.grammar.files import FILE_GRAMMARS, FileGrammar
from workbench.editor.conditions import CONDITIONS, test_file
from workbench.editor.parts import Schema
from workbench.editor.rule_scopes import achievement_scopes, event_scopes, reactor_scopes, reward_scopes
from workbench.editor.scopes import Scopes
from workbench.editor.value_schemas import ValueSchemas
from workbench.editor.vocabulary import Vocabulary

DRAFT: Final = "http://json-schema.org/draft-07/schema#"


@dataclass(frozen=True, slots=True)
class FileSchema:
    """Names the schema of a kind of file, and the files that it is for."""

    grammar: FileGrammar

    @property
    def title(self) -> str:
        return self.grammar.title

    @property
    def folder(self) -> str:
        """Where its files are in a program; empty: beside the folders."""
        return self.grammar.folder

    @property
    def files(self) -> str:
        """The pattern of its files' paths inside a program, without their ending."""
        return f"{self.folder}/**/*" if self.folder else self.grammar.name

    @property
    def example(self) -> str:
        """The path of such a file, for a person."""
        return f"{self.folder}/*.yaml" if self.folder else f"{self.grammar.name}.yaml"

    @property
    def schema_file(self) -> str:
        """The name of the file that holds the schema."""
        return f"{self.grammar.name}.schema.json"


FILE_SCHEMAS: Final[Mapping[str, FileSchema]] = {name: FileSchema(grammar) for name, grammar in FILE_GRAMMARS.items()}


def schema_of(file: FileSchema, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the schema of a kind of file in a program, as JSON."""
    values, scopes = ValueSchemas(vocabulary, CONDITIONS), Scopes()
    schema = _file(file.grammar, vocabulary, values, scopes)
    definitions = {**values.definitions, **scopes.definitions}
    return {
        "$schema": DRAFT,
        "title": file.title,
        **schema,
        **({"definitions": definitions} if definitions else {}),
    }


def _file(grammar: FileGrammar, vocabulary: Vocabulary, values: ValueSchemas, scopes: Scopes) -> Schema:
    match grammar.name:
        case "program":
            return values.of(grammar.map)
        case "event":
            return _with_scopes(values.of(grammar.map), list(event_scopes(vocabulary, scopes)))
        case "reward":
            return _with_scopes(values.of(grammar.map), list(reward_scopes(vocabulary, scopes)))
        case "reactor":
            return _with_scopes(values.of(grammar.map), list(reactor_scopes(vocabulary, scopes)))
        case "achievement":
            return _with_scopes(values.of(grammar.map), list(achievement_scopes(vocabulary, scopes)))
        case "test":
            return test_file(values)
        case _:
            assert_never(grammar.name)


def _with_scopes(schema: Schema, scopes: list[Schema]) -> Schema:
    return {**schema, "allOf": [*schema.get("allOf", ()), *scopes]} if scopes else schema
