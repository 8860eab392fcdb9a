"""What editors know of a program's files: a JSON Schema for each kind, made of the program's own names and events.

vocabulary, problems = read_vocabulary(read_contents(Path("programs/coffee-shop")).files)
schema_of(KINDS["reactor"], vocabulary)        # completes and underlines the files of reactors/
"""

from workbench.editor.schemas import KINDS, Kind, schema_of
from workbench.editor.vocabulary import Vocabulary, read_vocabulary

__all__ = ["KINDS", "Kind", "Vocabulary", "read_vocabulary", "schema_of"]
