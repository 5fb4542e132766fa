"""What a file says, whoever may read it: which values stand beside the names of their KPI and Member.

Evidence is the same for every site that holds the same bytes under the same name; `pmm_site.audit.scan` then asks
whether the site may say so.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from pmm_site.audit.mentions import NOTHING, Mention
from pmm_site.audit.records import ABOUT, CLOSE, RECORD, Heading, Item, Open

Thing = TypeVar("Thing", bound=Hashable)
Groups = frozenset[tuple[str, str]]


class Record(NamedTuple):
    """Numbers that stand together with names."""

    members: frozenset[str]
    kpis: frozenset[str]
    groups: Groups
    numerals: tuple[str, ...]


class Sequence(NamedTuple):
    """Members in the order in which successive records name them, and the KPIs that the place is about."""

    members: tuple[str, ...]
    kpis: frozenset[str]


@dataclass
class Evidence:
    """What one file says that may matter; empty for most files.

    everywhere: long numbers; pictures: KPIs and all numbers of a block, among them the ends of an axis; notes and
    answers with the Members they stand beside.
    """

    everywhere: dict[str, None] = field(default_factory=dict)
    records: dict[Record, None] = field(default_factory=dict)
    pictures: dict[tuple[frozenset[str], tuple[str, ...]], None] = field(default_factory=dict)
    sequences: dict[Sequence, None] = field(default_factory=dict)
    notes: dict[tuple[int, frozenset[str]], None] = field(default_factory=dict)
    answers: dict[tuple[frozenset[str], tuple[str, ...]], None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.everywhere, self.records, self.pictures, self.sequences, self.notes, self.answers))


_SHORTEST = 6
"""Fewer Members in a row may stand in the order of hidden values by chance."""


_FEW, _NUMBERS = 3, 80
"""A block about more KPIs or with more numbers is no picture of one of them."""


_PAIRS = 200
"""A text that names more pairs of Members and instruments is no answer of one of them."""


class Context(NamedTuple):
    """What headings, path or enclosing objects are about."""

    members: frozenset[str]
    kpis: frozenset[str]
    groups: Groups


Headings = tuple[tuple[int, Context], ...]
"""What the headings that stand are about, by depth."""


def context_of(mention: Mention) -> Context:
    """What a path is about."""
    return Context(frozenset(mention.members), frozenset(mention.kpis), frozenset(mention.groups))


def evidence_of_path(mention: Mention) -> Evidence:
    """What the name of a file says by itself."""
    found = Evidence(everywhere=dict.fromkeys(mention.everywhere))
    if mention.numerals:
        found.records[Record(*context_of(mention), mention.numerals)] = None
    return found


class Gatherer:
    """Walks over the items of one file and keeps what stands together."""

    def __init__(self, path: Context, headings: Headings = ()) -> None:
        self.found = Evidence()
        self.path = path
        self.headings: dict[int, Context] = dict(headings)
        self.about: Context | None = None
        self.objects: list[Context] = []
        self.pending: list[Mention] = []
        self.depth: int | None = None
        self.sequence: dict[str, None] = {}
        self.sequence_kpis: set[str] = set()
        self.picture: list[tuple[frozenset[str], tuple[str, ...]]] = []

    def walk(self, items: Iterable[Item]) -> Evidence:
        """Everything that the items say together."""
        pending = self.pending
        for item in items:
            if isinstance(item, Mention):
                pending.append(item)
                continue
            if item is ABOUT:
                self._about()
                continue
            if isinstance(item, Open):
                self._open(item.key)
                continue
            if pending or self.depth is not None:
                self._flush()
            if item is RECORD:
                continue
            if item is CLOSE:
                if self.objects:
                    self.objects.pop()
                continue
            self._end_sequence()
            if isinstance(item, Heading):
                self.depth = item.depth
            else:
                self._end_picture()
        self._flush()
        self._end_sequence()
        self._end_picture()
        return self.found

    def _about(self) -> None:
        """Rows begin: they are about the KPIs and groups that the object has named so far."""
        named, context = _joined(self.pending), self._context()
        self._flush()
        context = context._replace(
            kpis=frozenset(named.kpis) or context.kpis, groups=frozenset(named.groups) or context.groups
        )
        if self.objects:
            self.objects[-1] = context
        else:
            self.path, self.about = context, None

    def _open(self, key: Mention) -> None:
        """An object begins: it is about what its key names, else about what its parent has named so far."""
        named = key if key.members or key.kpis or key.groups else _joined(self.pending)
        outer = self._context()
        self._flush()
        context = Context(
            frozenset(named.members) or outer.members,
            frozenset(named.kpis) or outer.kpis,
            frozenset(named.groups) or outer.groups,
        )
        self.objects.append(context)

    def _context(self) -> Context:
        """What the place is about: the nearest that names a Member, a KPI, a group."""
        if self.objects:
            return self.objects[-1]
        if self.about is None:
            self.about = self._headed()
        return self.about

    def _headed(self) -> Context:
        members, kpis, groups = self.path
        for depth in sorted(self.headings):
            heading = self.headings[depth]
            members, kpis, groups = heading.members or members, heading.kpis or kpis, heading.groups or groups
        return Context(members, kpis, groups)

    def _flush(self) -> None:
        depth, self.depth = self.depth, None
        if not self.pending:
            return
        record = self.pending[0] if len(self.pending) == 1 else _remembered(self.pending)
        self.pending.clear()
        said = record.numerals or record.everywhere or record.members or record.notes or record.usage
        if depth is None and not said:
            return
        if depth is not None:
            self.headings = {level: each for level, each in self.headings.items() if level < depth}
            self.about = None
            self.headings[depth] = Context(frozenset(record.members), frozenset(record.kpis), frozenset(record.groups))
        for digits in record.everywhere:
            self.found.everywhere[digits] = None
        context = self._context()
        members = frozenset(record.members) or context.members
        kpis = frozenset(record.kpis) or context.kpis
        for note in record.notes:
            self.found.notes[note, members] = None
        if record.usage and 0 < len(members) * len(record.instruments) <= _PAIRS:
            self.found.answers[members, record.instruments] = None
        if record.numerals and (kpis or members):
            groups = frozenset(record.groups) or context.groups
            self.found.records[Record(members, kpis, groups, record.numerals)] = None
            self.picture.append((kpis, record.numerals))
        if record.members:
            self._continue(record.members)
            self.sequence_kpis |= kpis

    def _continue(self, members: tuple[str, ...]) -> None:
        for member in members:
            if member in self.sequence:
                if len(members) == 1 and next(reversed(self.sequence)) == member:
                    continue
                self._end_sequence()
            self.sequence[member] = None

    def _end_sequence(self) -> None:
        if not self.sequence:
            return
        if len(self.sequence) >= _SHORTEST:
            kpis = frozenset(self.sequence_kpis) if len(self.sequence_kpis) <= _FEW else frozenset()
            self.found.sequences[Sequence(tuple(self.sequence), kpis)] = None
        self.sequence, self.sequence_kpis = {}, set()

    def _end_picture(self) -> None:
        """The numbers of a whole block together: where the ends of an axis would stand."""
        if not self.picture:
            return
        kpis = frozenset(kpi for each, _ in self.picture for kpi in each)
        numerals = dict.fromkeys(digits for _, each in self.picture for digits in each)
        if 0 < len(kpis) <= _FEW and len(numerals) <= _NUMBERS:
            self.found.pictures[kpis, tuple(numerals)] = None
        self.picture = []


_MEMORY = 100_000
_known: dict[tuple[int, ...], tuple[tuple[Mention, ...], Mention]] = {}


def _remembered(mentions: list[Mention]) -> Mention:
    """`_joined`, once for the same objects: rows that sites share are the same objects."""
    key = tuple(map(id, mentions))
    found = _known.get(key)
    if found is None:
        if len(_known) > _MEMORY:
            _known.clear()
        found = _known[key] = tuple(mentions), _joined(mentions)  # held, so that no other object gets its id
    return found[1]


def _joined(mentions: Iterable[Mention]) -> Mention:
    """Several mentions as one, each thing once, in order."""
    found = [each for each in mentions if each is not NOTHING]
    if len(found) == 1:
        return found[0]
    return Mention(
        _once(each.numerals for each in found),
        _once(each.everywhere for each in found),
        _once(each.members for each in found),
        _once(each.kpis for each in found),
        _once(each.groups for each in found),
        _once(each.instruments for each in found),
        _once(each.notes for each in found),
        any(each.usage for each in found),
    )


def _once(things: Iterable[tuple[Thing, ...]]) -> tuple[Thing, ...]:
    return tuple(dict.fromkeys(thing for each in things for thing in each))
