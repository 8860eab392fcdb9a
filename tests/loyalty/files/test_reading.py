"""Every problem at its place, and all of them in one run."""

import re
from pathlib import Path

import pytest

from loyalty.files import ProgramFaults, read_folder, read_program
from loyalty.files.codes import CODES, page
from tests.loyalty.files.cases import CASES, GOOD, A, E, P, R, W, achievement, program, reactor, then, when
