"""The placeholders of narrative pages: `{{ mean(data-standardization, group=region:esa) }}`.

One table, `VOCABULARY`, says which placeholders there are and what they take. Reading the inputs checks pages
against it, rendering evaluates it. A call has positional arguments first, then `name=value`; an argument is an
id, a number, or two ids joined by `:`; none of them is quoted.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pmm_site.problems import nearest


class ArgumentKind(enum.Enum):
    """What an argument names."""

    KPI = "KPI"
    OUTCOME = "outcome"
    DIMENSION = "dimension"
    INSTRUMENT = "instrument"
    GOAL = "goal"
    AREA = "capacity area"
    GROUPING = "grouping"
    GROUP = "group"
    """A group in its grouping, `region:esa`, or a union, `union:eac`."""
    CYCLE = "cycle"
    SELECTION = "selection"
    """One of `SELECTIONS`."""
    THRESHOLD = "threshold"
    """One of `THRESHOLDS`."""
    MEMBER = "Member"
    """No argument names a Member; selections consist of them."""


SELECTIONS: Mapping[str, ArgumentKind] = {
    "dimensions": ArgumentKind.DIMENSION,
    "outcomes": ArgumentKind.OUTCOME,
    "kpis": ArgumentKind.KPI,
    "instruments": ArgumentKind.INSTRUMENT,
    "goals": ArgumentKind.GOAL,
    "areas": ArgumentKind.AREA,
    "well": ArgumentKind.KPI,
    "low": ArgumentKind.KPI,
    "inconclusive": ArgumentKind.KPI,
    "not-evaluable": ArgumentKind.KPI,
    "much-used": ArgumentKind.INSTRUMENT,
    "little-used": ArgumentKind.INSTRUMENT,
    "most-productive": ArgumentKind.GOAL,
    "high-priority": ArgumentKind.AREA,
    "medium-priority": ArgumentKind.AREA,
    "low-priority": ArgumentKind.AREA,
    "analysed": ArgumentKind.KPI,
    "class-changes": ArgumentKind.KPI,
    "moved": ArgumentKind.KPI,
    "dropped": ArgumentKind.KPI,
    "review-relevance": ArgumentKind.INSTRUMENT,
    "raise-awareness": ArgumentKind.INSTRUMENT,
    "high-uptake": ArgumentKind.INSTRUMENT,
    "few-plans": ArgumentKind.INSTRUMENT,
    "users-compared": ArgumentKind.INSTRUMENT,
    "users-differ": ArgumentKind.INSTRUMENT,
    "participants": ArgumentKind.MEMBER,
    "newcomers": ArgumentKind.MEMBER,
}
"""What `list` and `count` can speak of, and what each consists of: all of a kind, or those with a verdict."""

THRESHOLDS = frozenset({
    "minimum-contributors", "performance-contributors", "moments-contributors", "significance",
    "sdg-well-performing", "sdg-response-rate", "instrument-high-use", "instrument-low-use", "instrument-few-plans",
    "capacity-high", "capacity-medium", "capacity-response-rate",
})  # fmt: skip
"""What `threshold` can print: keys of `analysis` and of the disclosure rules, with hyphens."""

WITHIN = frozenset({ArgumentKind.DIMENSION, ArgumentKind.OUTCOME})
TITLED = frozenset({
    ArgumentKind.KPI, ArgumentKind.OUTCOME, ArgumentKind.DIMENSION, ArgumentKind.INSTRUMENT, ArgumentKind.GOAL,
    ArgumentKind.AREA, ArgumentKind.GROUP, ArgumentKind.CYCLE,
})  # fmt: skip
DRAWN = frozenset({ArgumentKind.KPI, ArgumentKind.OUTCOME, ArgumentKind.DIMENSION, ArgumentKind.INSTRUMENT,
                   ArgumentKind.GOAL, ArgumentKind.AREA, ArgumentKind.SELECTION})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter by name; `kinds` are what its argument may name, tried in the order of ArgumentKind."""

    name: str
    kinds: frozenset[ArgumentKind]
    required: bool = True


_CYCLE = Parameter("cycle", frozenset({ArgumentKind.CYCLE}), required=False)
_GROUP = Parameter("group", frozenset({ArgumentKind.GROUP}), required=False)
_BY = Parameter("by", frozenset({ArgumentKind.GROUPING}), required=False)
_KPI = Parameter("kpi", frozenset({ArgumentKind.KPI}))
_RATED = Parameter("subject", frozenset({ArgumentKind.KPI, ArgumentKind.GOAL}))
_SELECTION = Parameter("selection", frozenset({ArgumentKind.SELECTION}))
_WITHIN = Parameter("within", WITHIN, required=False)
_DRAWN = Parameter("subject", DRAWN)
_ASKED = Parameter("subject", frozenset({ArgumentKind.INSTRUMENT, ArgumentKind.SELECTION}))
_FACTOR = Parameter("factor", frozenset({ArgumentKind.GROUPING, ArgumentKind.INSTRUMENT}), required=False)

VOCABULARY: Mapping[str, tuple[Parameter, ...]] = {
    "mean": (_KPI, _GROUP, _CYCLE),
    "contributors": (_KPI, _GROUP, _CYCLE),
    "response_rate": (_RATED, _CYCLE),
    "performance": (_KPI, _CYCLE),
    "median": (_KPI, _CYCLE),
    "list": (_SELECTION, _WITHIN, _CYCLE),
    "count": (_SELECTION, _WITHIN, _CYCLE),
    "chart": (_DRAWN, _BY, _GROUP, _CYCLE),
    "table": (_DRAWN, _BY, _GROUP, _CYCLE),
    "title": (Parameter("subject", TITLED),),
    "cycle": (_CYCLE,),
    "participants": (_GROUP, _CYCLE),
    "nominated": (_CYCLE,),
    "year": (_CYCLE,),
    "previous_cycle": (_CYCLE,),
    "change": (_KPI, _GROUP, _CYCLE),
    "test": (_KPI, _FACTOR, _CYCLE),
    "differences": (_KPI, _CYCLE),
    "spread": (_KPI, Parameter("by", frozenset({ArgumentKind.GROUPING})), _CYCLE),
    "trend": (_KPI, _GROUP),
    "awareness": (_ASKED, _WITHIN, _CYCLE),
    "usage": (_ASKED, _WITHIN, _CYCLE),
    "plans": (_ASKED, _WITHIN, _CYCLE),
    "threshold": (Parameter("name", frozenset({ArgumentKind.THRESHOLD})),),
    "synthetic": (_CYCLE,),
    "contact": (),
    "propose": (_KPI,),
    "peer_reviews": (_CYCLE,),
}
"""Every placeholder with its parameters in the order of positional arguments."""


class Placeholder(NamedTuple):
    """A placeholder in a text: `text[start:end]` is all of it, `arguments` are by parameter name.

    `line` and `column` are 1-based.
    """

    name: str
    arguments: Mapping[str, str]
    start: int
    end: int
    line: int
    column: int


class Mistake(NamedTuple):
    """A placeholder that is not known or wrongly written; `line` and `column` are 1-based."""

    rule: str
    next_step: str
    line: int
    column: int


_NEVER_CLOSED = "'{{' is never closed"
_WRITTEN_RIGHT = "write {{ name(…) }}"
_BRACES = re.compile(r"\{\{|\}\}")
_CALL = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_-]*)\s*(?:\(([^()]*)\))?\s*")
_NAMED = re.compile(r"([a-z_]+)\s*=\s*(.*)", re.DOTALL)
_ARGUMENT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?::[a-z0-9]+(?:-[a-z0-9]+)*)?")


_MOST_PROPOSALS = 100


class _Wrong(Exception):
    """What is wrong with a call, and the next step: a sentence, or words of which the nearest to `word` is meant."""

    def __init__(self, rule: str, next_step: str = "", *, word: str = "", words: Iterable[str] = ()) -> None:
        super().__init__(rule)
        self.rule, self.next_step, self.word, self.words = rule, next_step, word, words


@dataclass(slots=True)
class _Position:
    """Lines and columns of ascending places in a text."""

    text: str
    at: int = 0
    line: int = 1
    line_start: int = 0

    def of(self, place: int) -> tuple[int, int]:
        """Line and column, 1-based, of a place not before the last one asked for."""
        breaks = self.text.count("\n", self.at, place)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rfind("\n", self.at, place) + 1
        self.at = place
        return self.line, place - self.line_start + 1


def find(text: str) -> tuple[tuple[Placeholder, ...], tuple[Mistake, ...]]:
    """All placeholders of a text in order, and all that look like one and are none."""
    placeholders: list[Placeholder] = []
    mistakes: list[Mistake] = []
    position = _Position(text)
    opened: re.Match[str] | None = None
    for brace in _BRACES.finditer(text):
        if brace.group() == "{{":
            if opened:
                mistakes.append(Mistake(_NEVER_CLOSED, _WRITTEN_RIGHT, *position.of(opened.start())))
            opened = brace
        elif opened is None:
            mistakes.append(Mistake("'}}' closes nothing", _WRITTEN_RIGHT, *position.of(brace.start())))
        else:
            place = position.of(opened.start())
            try:
                name, arguments = _call(text[opened.end() : brace.start()])
                placeholders.append(Placeholder(name, arguments, opened.start(), brace.end(), *place))
            except _Wrong as wrong:
                mistakes.append(Mistake(wrong.rule, _advice(wrong, len(mistakes)), *place))
            opened = None
    if opened:
        mistakes.append(Mistake(_NEVER_CLOSED, _WRITTEN_RIGHT, *position.of(opened.start())))
    return tuple(placeholders), tuple(mistakes)


def _advice(wrong: _Wrong, mistakes: int) -> str:
    """The next step; the nearest word is looked for only while the list is short."""
    return nearest(wrong.word, wrong.words) if wrong.word and mistakes < _MOST_PROPOSALS else wrong.next_step


def _call(inside: str) -> tuple[str, Mapping[str, str]]:
    matched = _CALL.fullmatch(inside) if len(inside) <= 1_000 else None
    if matched is None:
        raise _Wrong("this is no placeholder", "write {{ name }} or {{ name(argument, key=argument) }}")
    name, written = matched[1], matched[2]
    if name not in VOCABULARY:
        raise _Wrong(f"unknown placeholder '{name[:64]}'", word=name[:64], words=VOCABULARY)
    parts = [part.strip() for part in written.split(",")] if written and written.strip() else []
    return name, _bound(name, parts)


def _bound(name: str, parts: list[str]) -> Mapping[str, str]:
    """The arguments by parameter."""
    parameters = VOCABULARY[name]
    positional = [parameter.name for parameter in parameters]
    bound: dict[str, str] = {}
    for at, part in enumerate(parts):
        matched = _NAMED.fullmatch(part)
        key = matched[1] if matched else (positional[at] if at < len(positional) else "")
        if not key:
            raise _Wrong(f"'{name}' takes at most {len(positional)} arguments")
        if key not in positional:
            raise _Wrong(f"'{name}' has no argument '{key[:64]}'", word=key[:64], words=positional)
        if key in bound:
            raise _Wrong(f"the argument '{key}' is given twice")
        value = matched[2] if matched else part
        if len(value) > 140 or not _ARGUMENT.fullmatch(value):
            raise _Wrong(f"the argument '{key}' is no id", "write ids without quotation marks, such as region:esa")
        bound[key] = value
    for parameter in parameters:
        if parameter.required and parameter.name not in bound:
            raise _Wrong(f"'{name}' needs the argument '{parameter.name}'")
    return bound
