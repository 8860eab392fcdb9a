"""The page that teaches every code by an example.

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
"""When the examples are checked: the page says the same whenever it is made."""

_HEAD = """\
# Problems in program files

`laurel check DIR` says everything that is wrong in every file of a program, its tests among them, in one run. Each
problem has a place and a code. The codes are stable: editors and scripts may rely on them.

An **error** stops a program from being deployed. A **warning** is probably not meant, and stops nothing. The check ends
with 0 where there is no error, with 1 where there is one, and with 2 where there is no such folder; with `--strict` a
warning, too, ends it with 1.

`--format` says how they are told:

- `text`: one a line, `file:line:column: code: message` and what was probably meant; a warning as
  `file:line:column: warning: code: message`. Their count is on the error output.
- `json`: an object of `store`, null where the program cannot be used, and `problems`, each with `file`, `line`,
  `column`, `code`, `message`, `suggestion` (or null) and `severity` (`error` or `warning`).
- `github`: workflow commands of GitHub, which become annotations at the lines of a pull request.
- `sarif`: a SARIF 2.1.0 log for code scanning and editors, with every code as a rule, and a fix where a word has only
  to be put in the place of another.

Lines and columns count from 1, columns in characters. Files are named from the program's folder; in `github` and
`sarif` from the current folder, so that they are those of the repository. In a workflow:

```yaml
- run: laurel check programs/coffee-shop --strict --format github
```

Each example below stands in this small program, in place of the file of the same name or beside the others:

"""


def page() -> str:
    """The text of `docs/problems.md`."""
    groups = (
        f"## {title}\n\n" + "\n".join(_section(code, what) for code, what in group.items())
        for title, group in TITLES.items()
    )
    return _HEAD + "\n".join((_shown(BASE), *groups))


def problems_of(files: Files) -> tuple[Problem, ...]:
    """What `laurel check` finds in a folder that holds these files beside, or in place of, the base."""
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
            said = "".join(f"{problem}\n" for problem in problems_of(wrong) if problem.code == code)
            return f"{head}\nWrong:\n\n{_shown(wrong)}\n```text\n{said}```\n\nRight:\n\n{_shown(right)}"
        case NoExample(because):
            return f"{head}\nThere is no example: {because}.\n"


def _shown(files: Files) -> str:
    return "\n".join(_block(path, text) for path, text in files.items())


def _block(path: str, text: str) -> str:
    language = "json" if path.endswith(".json") else "yaml"
    return f"`{path}`\n\n```{language}\n{text}```\n"


if __name__ == "__main__":
    print(page(), end="")
