"""Problems of files and folders, before anything in them is read."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import BASE, Code, Example, NoExample

_THANKS = "reactor: thanks\non: purchase\nthen: [{award_points: {points: 1}}]\n"

FOLDER_CODES: Final[Mapping[str, Code]] = {
    "missing-folder": Code(
        "There is no such folder.",
        "Give the folder that holds program.yaml.",
        NoExample("it is about the folder, not about a file in it"),
    ),
    "unreadable-file": Code(
        "The file or folder vanished, may not be read, or is not of the kind that its name says.",
        "Check its permissions.",
        NoExample("it is about what the system allows, not about a text"),
    ),
    "bad-file-name": Code(
        "The name of a file has a character that cannot be printed, or is too long.",
        "Rename the file.",
        NoExample("such a name cannot be shown here"),
    ),
    "too-many-files": Code(
        "The folder has more files than a program may, or folders nested too deep.",
        "Name the folder that holds the program, and nothing else.",
        NoExample("it takes thousands of files"),
    ),
    "too-many-problems": Code(
        "There are more problems than anybody reads; the rest is not shown.",
        "Correct these first.",
        NoExample("it takes ten thousand problems"),
    ),
    "unknown-folder": Code(
        "A folder with a name like one of a program's is not read.",
        "Rename it.",
        Example({"reactor/thanks.yaml": _THANKS}, {"reactors/thanks.yaml": _THANKS}),
        "warning",
    ),
    "not-read": Code(
        "A file looks like one of a program's, and is not read where it lies or under its name.",
        "Move it to the folder of its kind, or give it the suffix .yaml, .yml or .json.",
        Example({"reactors.yaml": _THANKS}, {"reactors/thanks.yaml": _THANKS}),
        "warning",
    ),
    "misplaced-file": Code(
        "The file lies where no file of a program does.",
        "Move it to the folder of its kind.",
        NoExample("only a program sent to the API has it: other files in a folder are left alone"),
    ),
    "missing-program": Code(
        "There is no program.yaml.",
        "Write one: it needs `store` and `timezone`.",
        NoExample("it is about a file that is not there"),
    ),
    "several-programs": Code(
        "There is program.yaml and program.json, or the like.",
        "Keep one of them.",
        Example(
            {"program.json": '{"store": "SHOP", "timezone": "Europe/Warsaw"}\n'},
            {"program.yaml": BASE["program.yaml"]},
        ),
    ),
}
