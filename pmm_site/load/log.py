"""Collecting problems: every reader tells a log what is wrong and goes on.

A log keeps at most `MOST_ALIKE` problems of one code in one place of a file and counts the rest, so that
a million bad rows end in a short list. Text from an input is quoted only through `shown`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pmm_site.load.codes import CODES
from pmm_site.problems import Problem, Severity, in_order, nearest

MOST_ALIKE = 100

_LONGEST_QUOTE = 60
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def shown(text: str) -> str:
    """The text in quotation marks, fit for one line of a terminal: no control characters, not long."""
    cut = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return "'" + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in cut) + "'"


def shown_word(text: str) -> str:
    """A cell in quotation marks when it is a word, else nothing: a cell may be a number in the wrong column."""
    return shown(text) if len(text) <= 64 and _WORD.fullmatch(text) else ""


def row_key(*cells: str) -> str:
    """The key of a row for messages: its cells, each as a bare word or `?`."""
    return ", ".join(cell if len(cell) <= 64 and _WORD.fullmatch(cell) else "?" for cell in cells)


@lru_cache(maxsize=4096)
def _proposal(word: str, known: frozenset[str]) -> str:
    return nearest(word, known)


def proposal(word: str, known: Iterable[str]) -> str:
    """The nearest right word as advice; nothing for a text too long to be a slip of the pen."""
    return _proposal(word, frozenset(known)) if len(word) <= 64 else ""


@dataclass(frozen=True, slots=True)
class Known:
    """The ids that inputs may refer to.

    `complete` is False when the file that defines them could not be read in full; then no id is called unknown.
    """

    what: str
    ids: frozenset[str] = frozenset()
    complete: bool = True

    def lacks(self, word: str) -> bool:
        """Whether the id is certainly unknown."""
        return self.complete and word not in self.ids


@dataclass(slots=True)
class Log:
    """The problems of one run."""

    _kept: list[Problem] = field(default_factory=list)
    _alike: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _last: dict[tuple[str, str, str], Problem] = field(default_factory=dict)

    def is_full(self, file: str, code: str, place: str) -> bool:
        """Whether one more problem like this would only be counted."""
        return self._alike[file, code, place] >= MOST_ALIKE

    def add(self, problem: Problem) -> None:
        """Keep the problem, or count it where there are many alike."""
        kind = (problem.file, problem.code, problem.place)
        if not self.is_full(*kind):
            self._kept.append(problem)
            self._last[kind] = problem
        self._alike[kind] += 1

    def finished(self) -> tuple[Problem, ...]:
        """All problems in order; one line tells how many were left out of a long row of alike ones."""
        left_out = [
            replace(
                self._last[kind],
                line=0,
                row="",
                rule=f"{count - MOST_ALIKE} more problems of this kind are not listed",
            )
            for kind, count in self._alike.items()
            if count > MOST_ALIKE
        ]
        return in_order([*self._kept, *left_out])


@dataclass(frozen=True, slots=True)
class FileLog:
    """A log for one file; `kind` is the first part of its codes, `path` is relative to the project."""

    log: Log
    kind: str
    path: str

    def error(
        self, rule: str, message: str, *, next_step: str = "", line: int = 0, place: str = "", row: str = ""
    ) -> None:
        """Tell what stops every build; without a `next_step` that of the code is given."""
        self._add(Severity.ERROR, rule, message, next_step, line, place, row)

    def warning(
        self, rule: str, message: str, *, next_step: str = "", line: int = 0, place: str = "", row: str = ""
    ) -> None:
        """Tell what the operator should know; the build goes on."""
        self._add(Severity.WARNING, rule, message, next_step, line, place, row)

    def _add(
        self, severity: Severity, rule: str, message: str, next_step: str, line: int, place: str, row: str
    ) -> None:
        code = f"{self.kind}-{rule}"
        advice = next_step or CODES[code].next_step
        self.log.add(Problem(code, self.path, message, advice, line, place, row, severity))

    def unknown(self, word: str, known: Known, *, line: int = 0, place: str = "", row: str = "") -> bool:
        """Tell that a reference leads nowhere, with the nearest id that exists; whether it does."""
        if not known.lacks(word):
            return False
        rule = "unknown-" + known.what.lower().replace(" ", "-")
        full = self.log.is_full(self.path, f"{self.kind}-{rule}", place)
        advice = "" if full else proposal(word, known.ids)
        quoted = shown_word(word)
        message = f"unknown {known.what} {quoted}" if quoted else f"the {known.what} is unknown"
        self.error(rule, message, next_step=advice, line=line, place=place, row=row)
        return True

    def unchecked(self, *defined: Known) -> None:
        """Tell once what of this file other files' references to could not be checked; nothing when all could."""
        what = ", ".join(f"{known.what}s" for known in defined if not known.complete)
        if what:
            self.warning("unchecked", f"references to {what} were not checked, because of the errors in this file")
