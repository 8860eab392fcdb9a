"""The page that documents every code with an example.

python -m workbench.problems_page > docs/problems.md
"""

from datetime import UTC, datetime

from program_files.codes import TITLES
from program_files.codes.code import BASE, Code, Example, Files, NoExample
from program_files.folders.folder import Contents
from program_files.folders.layout import stray
from program_files.text.problems import Problem
from workbench.checking import check_contents

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of the check of the examples, so that the page is always the same."""

_HEAD = """\
# Problems in program files

`laurel check DIR` reports the problems of all files of a program and of its tests in one run. Each problem has a place
and a code. Codes are stable: editors and scripts may rely on them.

A program with an **error** is not deployed. A **warning** is probably a mistake, and stops nothing. A **note** is no
mistake: it says what has become true as time passed. The exit code is 0 without errors, 1 with an error, and 2 if there
is no such folder; with `--strict` it is 1 for warnings, too. Notes never change it, so a check that passed yesterday
passes today.

`--format` is one of:

- `text`: one line each, `file:line:column: code: message` and a suggestion; a warning as
  `file:line:column: warning: code: message`, a note with `note`. Their number is printed to standard error.
- `json`: an object of `store`, null if the program has errors, and `problems`, each with `file`, `line`,
  `column`, `code`, `message`, `suggestion` (or null) and `severity` (`error`, `warning` or `note`).
- `github`: workflow commands of GitHub, which it shows as annotations of a pull request.
- `sarif`: a SARIF 2.1.0 log for code scanning and editors, with every code as a rule, and a fix if one word only has to
  be replaced by another.

Lines and columns count from 1, columns in characters. Paths of files are relative to the program's folder, in `github`
and `sarif` to the current folder, as in the repository. In a workflow:

```yaml
- run: laurel check programs/coffee-shop --strict --format github
```

The files of each example below are added to this small program, or replace its file of the same name:

"""


def page() -> str:
    """Return the text of `docs/problems.md`."""
    groups = (
        f"## {title}\n\n" + "\n".join(_section(code, what) for code, what in group.items())
        for title, group in TITLES.items()
    )
    return _HEAD + "\n".join((_shown(BASE), *groups))


def problems_of(files: Files) -> tuple[Problem, ...]:
    """Return the problems that `laurel check` finds in these files, added to the base or replacing its files."""
    read: dict[str, bytes] = {}
    found: list[Problem] = []
    for path, text in {**BASE, **files}.items():
        problem = stray(path, text.encode())
        if problem is None:
            read[path] = text.encode()
        else:
            found.append(problem)
    return check_contents(Contents(read, (), tuple(found), is_whole=True), now=NOW).problems


def _section(code: str, what: Code) -> str:
    kind = "" if what.severity == "error" else f" ({what.severity})"
    head = f"### `{code}`{kind}\n\n{what.meaning} {what.cure}\n"
    match what.example:
        case Example(wrong, right):
            printed = "".join(f"{problem}\n" for problem in problems_of(wrong) if problem.code == code)
            return f"{head}\nWrong:\n\n{_shown(wrong)}\n```text\n{printed}```\n\nRight:\n\n{_shown(right)}"
        case NoExample(because):
            return f"{head}\nThere is no example: {because}.\n"


def _shown(files: Files) -> str:
    return "\n".join(_block(path, text) for path, text in files.items())


def _block(path: str, text: str) -> str:
    language = "json" if path.endswith(".json") else "yaml"
    return f"`{path}`\n\n```{language}\n{text}```\n"


if __name__ == "__main__":
    print(page(), end="")
