"""Collecting problems: every reader reports to a log what is wrong, and goes on.

A log keeps at most `MOST_ALIKE` problems of one code in one file (in a table: in one column) and counts the rest,
so that a million bad rows end in a short list. Text from an input is quoted only through `shown`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from pmm_site.load.codes import CODES
from pmm_site.problems import Problem, Severity, in_order, nearest

MOST_ALIKE = 200

_LONGEST_QUOTE = 60
_LONGEST_WORD = 64
_WORD = re.compile(r"[A-Za-z](?:[A-Za-z_-]|[0-9]{1,4}(?![0-9]))*")


def printable(text: str) -> str:
    """The text with what a terminal would act on or not show written as an escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def shown(text: str) -> str:
    """The text in quotation marks, fit for one line of a terminal: no control characters, not long."""
    cut = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return f"'{printable(cut)}'"


def shown_word(text: str) -> str:
    """A cell in quotation marks when it is a word, else nothing: a cell may be a number in the wrong column."""
    return shown(text) if len(text) <= _LONGEST_WORD and _WORD.fullmatch(text) else ""


def row_key(*cells: str) -> str:
    """The key of a row for messages: its cells, each as a bare word or `?`."""
    return ", ".join(cell if len(cell) <= _LONGEST_WORD and _WORD.fullmatch(cell) else "?" for cell in cells)


@lru_cache(maxsize=4096)
def _proposal(word: str, known: frozenset[str]) -> str:
    return nearest(word, known)


def misspelt(unknown: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """The known words that unknown ones were probably meant to be: they are not reported as missing as well."""
    known = frozenset(known)
    advice = [_proposal(word, known) for word in islice(unknown, MOST_ALIKE) if len(word) <= _LONGEST_WORD]
    return frozenset(word for word in known if f"did you mean '{word}'?" in advice)


@dataclass(frozen=True, slots=True)
class KnownIds:
    """The ids that inputs may refer to; `noun`: what each is the id of (`KPI`, `Member`).

    `complete` is False when the file that defines them could not be read in full; then no id is called unknown.
    """

    noun: str
    ids: frozenset[str] = frozenset()
    complete: bool = True

    def lacks(self, word: str) -> bool:
        """Whether the id is certainly unknown."""
        return self.complete and word not in self.ids


Kind = tuple[str, str, str]
"""What makes problems alike: file, code and, in a table, the column."""


@dataclass(slots=True)
class Log:
    """The problems of one run."""

    _kept: list[Problem] = field(default_factory=list)
    _alike: Counter[Kind] = field(default_factory=Counter)
    _last: dict[Kind, Problem] = field(default_factory=dict)

    def admits(self, kind: Kind) -> bool:
        """Counts one more problem of the kind; whether it is to be kept."""
        self._alike[kind] += 1
        return self._alike[kind] <= MOST_ALIKE

    def keep(self, kind: Kind, problem: Problem) -> None:
        """Keep a problem that was admitted."""
        self._kept.append(problem)
        self._last[kind] = problem

    @property
    def has_errors(self) -> bool:
        """Whether an error was reported so far; what follows from it is then not worth a report."""
        return any(problem.severity is Severity.ERROR for problem in self._kept)

    def finished(self) -> tuple[Problem, ...]:
        """All problems in order; of many alike ones the first, and a line that says how many were left out."""
        left_out = [self._summary(kind, count) for kind, count in self._alike.items() if count > MOST_ALIKE]
        return in_order([*self._kept, *left_out])

    def _summary(self, kind: Kind, count: int) -> Problem:
        rule = f"{count - MOST_ALIKE} more problems of this kind are not listed"
        advice = CODES[kind[1]].next_step
        return replace(self._last[kind], line=0, place=kind[2], row="", rule=rule, next_step=advice)


@dataclass(frozen=True, slots=True)
class FileLog:
    """A log for one file; `kind` is the first part of its codes, `path` is relative to the project."""

    log: Log
    kind: str
    path: str

    def error(
        self, rule: str, message: str, *, next_step: str = "", line: int = 0, place: str = "", row: str = "",
        word: str = "", meant: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """Report what stops every build.

        The next step is the one given, else the one of `meant` that is nearest to `word`, else that of the code.
        """
        self._add(Severity.ERROR, rule, message, next_step, line, place, row, word, meant)

    def warning(self, rule: str, message: str, *, line: int = 0, place: str = "", row: str = "") -> None:
        """Report what the operator should know; the build goes on."""
        self._add(Severity.WARNING, rule, message, "", line, place, row, "", ())

    def _add(
        self, severity: Severity, rule: str, message: str, next_step: str, line: int, place: str, row: str,
        word: str, meant: Iterable[str],
    ) -> None:  # fmt: skip
        code = f"{self.kind}-{rule}"
        is_table = self.path.endswith((".csv", ".xlsx"))
        kind = (self.path, code, place if is_table else "")
        if not self.log.admits(kind):
            return
        if word and len(word) <= _LONGEST_WORD and not next_step:
            next_step = _proposal(word, frozenset(meant))
        advice = next_step or CODES[code].next_step
        self.log.keep(kind, Problem(code, self.path, printable(message), advice, line, printable(place), row, severity))

    def unknown(self, word: str, known: KnownIds, *, line: int = 0, place: str = "", row: str = "") -> bool:
        """Whether a reference leads nowhere; reported then, with the nearest id that exists."""
        if not known.lacks(word):
            return False
        quoted = shown_word(word)
        message = f"unknown {known.noun} {quoted}" if quoted else f"the {known.noun} is unknown"
        rule = "unknown-" + known.noun.lower().replace(" ", "-")
        self.error(rule, message, line=line, place=place, row=row, word=word, meant=known.ids)
        return True

    def unchecked(self, *defined: KnownIds) -> None:
        """Report once that references to what this file defines could not be checked; nothing when all could."""
        unread = ", ".join(f"{known.noun}s" for known in defined if not known.complete)
        if unread:
            self.warning("unchecked", f"references to {unread} were not checked, because of the errors in this file")
