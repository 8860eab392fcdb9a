"""JSON Schemas for editors: one for each kind of program file, with the program's own names and events.

vocabulary, problems = read_vocabulary(read_contents(Path("programs/coffee-shop")).files)
schema_of(FILE_SCHEMAS["reactor"], vocabulary)        # completes and checks the files of reactors/
"""

from workbench.editor.schemas import FILE_SCHEMAS, FileSchema, schema_of
from workbench.editor.vocabulary import Vocabulary, read_vocabulary

__all__ = ["FILE_SCHEMAS", "FileSchema", "Vocabulary", "read_vocabulary", "schema_of"]
