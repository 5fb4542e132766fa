"""The vocabulary of `{{ … }}` calls in narrative pages: one table, read by the check and by the pages.

A call is a name, words and options, separated by blanks, on one line: `{{ mean some-kpi group=region:esa }}`.
`load` checks calls against the table and the ids of the project, `render` evaluates them against a release package.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pmm_site.problems import nearest

CALL = re.compile(r"\{\{(.*?)\}\}")
"""A call on one line; what stands between the braces is the first group."""

FINDINGS = ("review-relevance", "raise-awareness", "high-uptake", "few-plans")
PERFORMANCES = ("well", "low", "inconclusive", "not-evaluable")

FIXED: Mapping[str, Collection[str]] = {
    "finding": FINDINGS,
    "performance": PERFORMANCES,
    "contribution": ("most-productive", "other"),
    "priority": ("high", "medium", "low"),
    "status": ("all", "analysed"),
    "unit": ("none",),
    "all": ("all",),
    "previous": ("previous",),
    "goal": tuple(str(goal) for goal in range(1, 18)),
    "threshold": (
        "minimum_contributors", "performance_contributors", "moments_contributors", "significance",
        "sdg_well_performing", "sdg_response_rate", "instrument_high_use", "instrument_low_use",
        "instrument_few_plans", "capacity_high", "capacity_medium", "capacity_response_rate",
    ),
}  # fmt: skip
"""Words that are the same in every project, by kind; ids come from the project."""

TITLED = ("kpi", "outcome", "dimension", "instrument", "area", "goal", "group", "union")
"""What `title` can name; `kpi:…` tells the kind, since an area may share an id with a KPI."""


class Form(NamedTuple):
    """One way to write a call: kinds of its words in order (`=x` stands for the word x itself), options it takes.

    `block`: the call is a figure, table or list and stands alone in its paragraph.
    """

    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    block: bool = False


_KPIS = ("performance", "dimension", "outcome", "status", "cycle")
_INSTRUMENTS = ("finding", "outcome", "dimension", "cycle")


def _selections(block: bool) -> tuple[Form, ...]:
    """What can be counted can be listed."""
    return (
        Form(("=kpis",), _KPIS, block),
        Form(("=instruments",), _INSTRUMENTS, block),
        Form(("=goals",), ("contribution", "cycle"), block),
        Form(("=areas",), ("priority", "group", "cycle"), block),
        Form(("=dimensions",), (), block),
        Form(("=outcomes",), ("dimension",), block),
        Form(("=participants",), ("group", "cycle"), block),
        Form(("=newcomers",), ("cycle",), block),
    )


def _shares() -> tuple[Form, ...]:
    return (Form(("=all",), ("cycle",)), Form(("instrument",), ("cycle",)), Form((), ("finding", "cycle")))


CALLS: Mapping[str, tuple[Form, ...]] = {
    "title": (Form(("titled",)),),
    "cycle": (Form((), ("cycle",)), Form(("=previous",), ("cycle",))),
    "year": (Form((), ("cycle",)),),
    "participants": (Form((), ("group", "cycle")),),
    "nominated": (Form((), ("cycle",)),),
    "mean": (Form(("kpi",), ("group", "cycle", "unit")),),
    "median": (Form(("kpi",), ("cycle", "unit")),),
    "contributors": (Form(("kpi",), ("group", "cycle")),),
    "response_rate": (Form(("kpi",), ("cycle",)),),
    "performance": (Form(("kpi",), ("cycle",)),),
    "change": (Form(("kpi",), ("group", "cycle", "unit")),),
    "test": (Form(("kpi",), ("grouping", "instrument", "cycle")),),
    "awareness": _shares(),
    "usage": _shares(),
    "plans": _shares(),
    "count": _selections(block=False),
    "list": _selections(block=True),
    "table": (
        Form(("=groups", "kpi"), ("grouping", "cycle"), True),
        Form(("=kpi", "kpi"), ("cycle",), True),
        Form(("=performance",), ("dimension", "cycle"), True),
        Form(("=instruments",), _INSTRUMENTS, True),
        Form(("=sdgs",), ("cycle",), True),
        Form(("=capacity",), ("cycle",), True),
        Form(("=coverage",), ("dimension", "cycle"), True),
        Form(("=changes",), ("cycle",), True),
        Form(("=versions",), (), True),
    ),
    "chart": (
        Form(("=distribution", "kpi"), ("cycle",), True),
        Form(("=groups", "kpi"), ("grouping", "cycle"), True),
        Form(("=cycles", "kpi"), (), True),
        Form(("=performance",), ("cycle",), True),
        Form(("=instruments",), ("finding", "cycle"), True),
        Form(("=sdgs",), ("cycle",), True),
        Form(("=capacity",), ("cycle",), True),
    ),
    "synthetic": (Form((), ("cycle",), True),),
    "threshold": (Form(("threshold",)),),
    "contact": (Form(),),
}
"""Every call and its forms."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as written: its name, words and options, and the line of the text it stands on (1-based)."""

    name: str
    words: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    @property
    def is_block(self) -> bool:
        """Whether the call is a figure, table or list."""
        return any(form.block for form in CALLS.get(self.name, ()))


class Fault(NamedTuple):
    """A call that is not known: its line (1-based), the rule it breaks and what to do."""

    line: int
    rule: str
    next_step: str


def parse(inner: str, line: int = 0) -> Call:
    """The call written between two braces; a word with `=` is an option."""
    parts = inner.split()
    plain = [part for part in parts if "=" not in part]
    options = dict(part.split("=", 1) for part in parts if "=" in part)
    return Call(plain[0] if plain else "", tuple(plain[1:]), options, line)


def calls(markdown: str) -> Iterator[Call]:
    """The calls of a text, in order."""
    for number, text in enumerate(markdown.split("\n"), start=1):
        for found in CALL.finditer(text):
            yield parse(found.group(1), number)


def check(markdown: str, ids: Mapping[str, Collection[str]]) -> tuple[Fault, ...]:
    """Every call of a text that is not in the vocabulary or names what the project does not have.

    ids: the ids of the project by kind: kpi, outcome, dimension, instrument, area, grouping, cycle, union and
    group (as `grouping:group`). A kind that is missing has no ids.
    """
    found: list[Fault] = []
    for number, text in enumerate(markdown.split("\n"), start=1):
        if "{{" in CALL.sub("", text) or "}}" in CALL.sub("", text):
            found.append(Fault(number, "a call is opened and closed on one line: {{ … }}", "close it with }}"))
        written = [match.group(1) for match in CALL.finditer(text)]
        for inner in written:
            found += _faults(inner, number, ids)
            if parse(inner).is_block and CALL.sub("", text, count=1).strip():
                name = parse(inner).name
                found.append(Fault(number, f"'{name}' stands alone on its line", "put it into a paragraph of its own"))
    return tuple(found)


def _faults(inner: str, line: int, ids: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    call = parse(inner, line)
    keys = [part.split("=", 1)[0] for part in inner.split() if "=" in part]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        yield Fault(line, f"option '{repeated[0]}' is given twice", "keep one of them")
    if call.name not in CALLS:
        yield Fault(line, f"unknown call '{call.name}'" if call.name else "an empty call", nearest(call.name, CALLS))
        return
    form = form_of(call)
    if form is None:
        ways = "; ".join(_written(call.name, each) for each in CALLS[call.name])
        yield Fault(line, f"'{call.name}' is not called with these words", f"write {ways}")
        return
    for kind, word in zip(form.words, call.words, strict=True):
        if not kind.startswith("="):
            yield from _word_faults(kind, word, line, ids)
    for key, value in call.options.items():
        if key not in form.options:
            yield Fault(line, f"'{call.name}' has no option '{key}'", nearest(key, form.options))
        else:
            yield from _word_faults(key, value, line, ids)


def form_of(call: Call) -> Form | None:
    """The form that a call is written in: as many words, fixed words in their places; None when there is none."""
    for form in CALLS.get(call.name, ()):
        pairs = zip(form.words, call.words, strict=False)
        if len(form.words) == len(call.words) and all(k[0] != "=" or k[1:] == word for k, word in pairs):
            return form
    return None


def _written(name: str, form: Form) -> str:
    words = [kind[1:] if kind.startswith("=") else f"<{kind}>" for kind in form.words]
    return " ".join([name, *words, *(f"[{option}=…]" for option in form.options)])


def _word_faults(kind: str, word: str, line: int, ids: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    if kind == "titled":
        kind, _, word = word.partition(":")
        if kind not in TITLED or not word:
            yield Fault(line, "'title' names a kind and an id, such as kpi:data-standardization",
                        nearest(kind, TITLED))  # fmt: skip
            return
    known = FIXED.get(kind) or ids.get(kind, ())
    if word not in known:
        yield Fault(line, f"unknown {kind} '{word}'", nearest(word, known))
