"""Problems: where, which rule, what next. The one way in which the program says that something is wrong.

Exit codes: 0 done, 1 problems in the input, 2 wrong usage, 3 disclosure failure, 4 could not write or internal failure.
A message names keys and never a confidential value.
"""

from __future__ import annotations

import difflib
import enum
import re
import traceback
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MOST_LINKS = 20
"""Broken links that one message names."""

_COLUMN = re.compile(r"column [0-9]+")


class ExitCode(enum.IntEnum):
    """What the process says to the shell."""

    DONE = 0
    INPUT = 1
    USAGE = 2
    DISCLOSURE = 3
    FAILURE = 4


class Severity(enum.Enum):
    """An error stops every build; a warning is reported and the build goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    code: stable, listed in the reference (for example `values-level`).
    file: path relative to the project; line: 1-based, 0 when the whole file is meant.
    place: the column of a table or the key path of a YAML file; row: the key of the row (`KEN, data-standardization`).
    rule: what must hold; next_step: what to do.
    """

    code: str
    file: str
    rule: str
    next_step: str = ""
    line: int = 0
    place: str = ""
    row: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        about = ", ".join(part for part in (self.place, f"row {self.row}" if self.row else "") if part)
        subject = f"{where}: {about}: " if about else f"{where}: "
        advice = f" → {self.next_step}" if self.next_step else ""
        return f"{subject}{self.rule}{advice} [{self.severity.value} {self.code}]"

    def as_json(self) -> dict[str, Any]:
        """The problem for machines; severity as its word."""
        return {**asdict(self), "severity": self.severity.value}


def _order(problem: Problem) -> tuple[Any, ...]:
    column = int(problem.place.removeprefix("column ")) if _COLUMN.fullmatch(problem.place) else 0
    return problem.file, problem.line, column, problem.place, problem.row, problem.code, problem.rule


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file, line and text, without repeats; columns that are given by number, by number."""
    return tuple(sorted(set(problems), key=_order))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any problem stops a build."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice on a wrong word: `did you mean 'suppress'?`, else the known words if they are few, else nothing."""
    options = sorted(known)
    folded = {option.casefold(): option for option in options}
    close = [folded[word.casefold()]] if word.casefold() in folded else (
        difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    )  # fmt: skip
    if close:
        return f"did you mean '{close[0]}'?"
    if options and len(options) <= 12:
        return "use one of: " + ", ".join(options)
    return ""


def unforeseen(error: Exception) -> str:
    """The message of a failure of the program: its place, without the error's own words, which may quote data."""
    where = [frame for frame in traceback.extract_tb(error.__traceback__) if "pmm_site" in frame.filename]
    place = f" in {Path(where[-1].filename).name}:{where[-1].lineno}" if where else ""
    return (
        f"internal failure ({type(error).__name__}{place}); what stood before still stands → report it to the "
        "maintainers with this line; the inputs are not needed"
    )


def counted(number: int, noun: str) -> str:
    """A number with what it counts: `1 value`, `2 values`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class PmmSiteError(Exception):
    """Anything that ends a command with a message instead of a traceback.

    It comes back from a worker process as it was, whatever the class takes to be made.
    """

    exit_code = ExitCode.FAILURE

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args, vars(self))


def _remade(kind: type[PmmSiteError], arguments: tuple[Any, ...], held: dict[str, Any]) -> PmmSiteError:
    error = kind.__new__(kind)
    error.args = arguments
    vars(error).update(held)
    return error


class InputProblems(PmmSiteError):
    """The inputs have errors; all of them are in `problems`."""

    exit_code = ExitCode.INPUT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UsageProblem(PmmSiteError):
    """The command was called wrongly."""

    exit_code = ExitCode.USAGE


class DisclosureRefused(PmmSiteError):
    """Publishing would show, or let somebody work out, what they may not see. `findings` name keys, never values."""

    exit_code = ExitCode.DISCLOSURE

    def __init__(self, message: str, findings: Iterable[str] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join((message, *self.findings)))


class BrokenLinks(PmmSiteError):
    """A page or template links to what is not there: the site is not published. `findings`: `page: what`, each link."""

    exit_code = ExitCode.INPUT

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        first = "\n".join(self.findings[:MOST_LINKS])
        super().__init__(
            f"{counted(len(self.findings), 'broken link')}: nothing was published → mend the page or theme\n{first}"
        )


class WriteFailed(PmmSiteError):
    """The output could not be written; what stood before still stands."""

    exit_code = ExitCode.FAILURE
