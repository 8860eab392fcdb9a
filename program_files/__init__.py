"""Program files: read, checked as a whole, and turned into a `Program`.

files = read_folder(Path("programs/coffee-shop"))
program = read_program(files)          # or ProgramFaults, with every error at its file:line:col
program = read_revision(files)         # of files that were deployed: what could run is read
report = check_program(files, now=now) # the program, if it can be used, and every problem, warnings among them
"""

from program_files.folders.folder import Contents, read_contents, read_folder, revision_hash
from program_files.reading import Report, check_program, read_outline, read_program, read_revision
from program_files.text.problems import Problem, ProgramFaults, Severity

__all__ = [
    "Contents",
    "Problem",
    "ProgramFaults",
    "Report",
    "Severity",
    "check_program",
    "read_contents",
    "read_folder",
    "read_outline",
    "read_program",
    "read_revision",
    "revision_hash",
]
