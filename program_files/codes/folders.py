"""Problems of files and folders, before anything in them is read."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import BASE, Code, Example, NoExample

_THANKS = "reactor: thanks\non: purchase\nthen: [{award_points: {points: 1}}]\n"

FOLDER_CODES: Final[Mapping[str, Code]] = {
    "missing-folder": Code(
        "There is no such folder.",
        "Name the folder that contains program.yaml.",
        NoExample("it is about the folder, not about a file in it"),
    ),
    "unreadable-file": Code(
        "The file or folder was removed, cannot be read, or is a folder with the name of a file.",
        "Check its permissions.",
        NoExample("it is about what the system allows, not about a text"),
    ),
    "bad-file-name": Code(
        "The name of a file is too long, or has a character that cannot be printed.",
        "Rename the file.",
        NoExample("such a name cannot be shown here"),
    ),
    "too-many-files": Code(
        "The folder has more files than a program may, or folders nested too deep.",
        "Name the folder that contains the program and nothing else.",
        NoExample("it takes thousands of files"),
    ),
    "too-many-problems": Code(
        "There are more problems than are shown.",
        "Correct these first.",
        NoExample("it takes ten thousand problems"),
    ),
    "unknown-folder": Code(
        "A folder is not read, and its name is like that of a program's folder.",
        "Rename it.",
        Example({"reactor/thanks.yaml": _THANKS}, {"reactors/thanks.yaml": _THANKS}),
        "warning",
    ),
    "not-read": Code(
        "A file looks like a program file, but its folder or name is not that of one, so it is not read.",
        "Move it to the right folder, or give it the suffix .yaml, .yml or .json.",
        Example({"reactors.yaml": _THANKS}, {"reactors/thanks.yaml": _THANKS}),
        "warning",
    ),
    "misplaced-file": Code(
        "The file is in a folder in which programs have no files.",
        "Move it to the right folder.",
        NoExample("only a program sent to the API has it: other files in a folder are left alone"),
    ),
    "missing-program": Code(
        "There is no program.yaml.",
        "Write one: it needs `store` and `timezone`.",
        NoExample("it is about a file that is not there"),
    ),
    "several-programs": Code(
        "There are several of program.yaml, program.yml and program.json.",
        "Keep one of them.",
        Example(
            {"program.json": '{"store": "SHOP", "timezone": "Europe/Warsaw"}\n'},
            {"program.yaml": BASE["program.yaml"]},
        ),
    ),
}
