"""Program files: read, checked as a whole, and turned into a `Program`.

files = read_folder(Path("programs/coffee-shop"))
program = read_program(files)          # or ProgramFaults, with every problem at its file:line:col
"""

from loyalty.files.folder import read_folder, revision_hash
from loyalty.files.problems import Problem, ProgramFaults
from loyalty.files.reading import read_program

__all__ = ["Problem", "ProgramFaults", "read_folder", "read_program", "revision_hash"]
