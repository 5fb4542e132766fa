"""What a file says, whoever may read it: which values stand beside the names of their KPI and Member.

Evidence is the same for every site that holds the same bytes under the same name; `pmm_site.audit.scan` then asks
whether the site may say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, cast

from pmm_site.audit.mentions import Mention, joined
from pmm_site.audit.records import ABOUT, BLOCK, CLOSE, RECORD, Heading, Item, Items, Open, chunks_of
from pmm_site.recent import Recent, one_of

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


class Picture(NamedTuple):
    """Numbers of a block that is about few KPIs, and the Members that it names beside numbers."""

    kpis: frozenset[str]
    numerals: tuple[str, ...]
    members: frozenset[str]


Note = tuple[int, frozenset[str]]
Answer = tuple[frozenset[str], tuple[str, ...]]


class Evidence(NamedTuple):
    """What one file says that may matter; empty for most files.

    everywhere: long numbers; pictures: KPIs and all numbers of a block, among them the ends of an axis; notes and
    answers with the Members they stand beside; closed: that nobody can tell what it says.
    """

    everywhere: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    pictures: tuple[Picture, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    notes: tuple[Note, ...] = ()
    answers: tuple[Answer, ...] = ()
    closed: bool = False

    def __bool__(self) -> bool:
        return any(self)


_SHORTEST = 6
"""Fewer Members in a row may stand in the order of hidden values by chance."""

_FEW, _NUMBERS = 3, 80
"""A block about more KPIs or with more numbers is no picture of one of them."""

_PAIRS = 200
"""A text that names more pairs of Members and instruments is no answer of one of them."""

_RECORDS, _CHUNKS = 60_000, 50_000
"""Records and chunks of pages that are remembered at least, with what they say in their contexts."""


class Context(NamedTuple):
    """What headings, path or enclosing objects are about."""

    members: frozenset[str]
    kpis: frozenset[str]
    groups: Groups


Headings = tuple[tuple[int, Context], ...]
"""What the headings that stand are about, by depth."""


class Said(NamedTuple):
    """What a record says in its context; `record` where it is one and may matter, `picture` where it has numbers."""

    everywhere: tuple[str, ...]
    record: Record | None
    picture: Picture | None
    notes: tuple[Note, ...]
    answer: Answer | None
    members: tuple[str, ...]
    kpis: frozenset[str]


def context_of(mention: Mention) -> Context:
    """What a path is about."""
    return Context(frozenset(mention.members), frozenset(mention.kpis), frozenset(mention.groups))


def evidence_of_path(mention: Mention) -> Evidence:
    """What the name of a file says by itself."""
    records = (Record(*context_of(mention), mention.numerals),) if mention.numerals else ()
    return Evidence(mention.everywhere, records)


@dataclass
class Sayings:
    """What records say in their contexts, for all files of a process: the same row on another site is asked once.

    matters: whether a record may give anything away, whatever the site.
    """

    matters: Callable[[Record], bool]
    rows: Recent[tuple[Context, bytes], tuple[Said | None, ...]] = field(default_factory=lambda: Recent(_CHUNKS))
    _said: Recent[tuple[object, ...], tuple[Said | None, Mention]] = field(default_factory=lambda: Recent(_RECORDS))
    _joined: Recent[tuple[int, ...], tuple[Mention, tuple[Mention, ...]]] = field(
        default_factory=lambda: Recent(_RECORDS)
    )
    _contexts: Recent[Context, Context] = field(default_factory=lambda: Recent(_RECORDS))

    # `rows` holds what chunks of pages say in a context, record by record, with None where a block begins or ends.
    # Mentions are remembered by their identity, and held beside the answer so that no other gets the same one.

    def context(self, members: frozenset[str], kpis: frozenset[str], groups: Groups) -> Context:
        """A context, the same object for the same names."""
        return one_of(self._contexts, Context(members, kpis, groups))

    def joined(self, mentions: list[Mention]) -> Mention:
        """Several mentions as one, the same object for the same ones."""
        if len(mentions) == 1:
            return mentions[0]
        key = tuple(map(id, mentions))
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = joined(mentions), tuple(mentions)
        return found[0]

    def of_items(self, items: Items, context: Context) -> tuple[Said | None, ...]:
        """What a chunk says that is read now; it begins and ends with a record and has no headings or objects."""
        found: list[Said | None] = []
        for item in items:
            if isinstance(item, Mention):
                said = self.said(item, context)
                if said is not None:
                    found.append(said)
            elif item is BLOCK:
                found.append(None)
        return tuple(found)

    def said(self, mention: Mention, context: Context) -> Said | None:
        """What a record says in its context; None for nothing."""
        if not mention.says:
            return None
        members = None if mention.members else context.members
        kpis = None if mention.kpis else context.kpis
        groups = None if mention.groups or not mention.numerals else context.groups
        key = (id(mention), members, kpis, groups)  # of the context only what the record leaves open
        found = self._said.get(key)
        if found is None:
            found = self._said[key] = self._asked(mention, context), mention
        return found[0]

    def _asked(self, mention: Mention, context: Context) -> Said | None:
        members = frozenset(mention.members) or context.members
        kpis = frozenset(mention.kpis) or context.kpis
        record = picture = answer = None
        if mention.numerals and (kpis or members):
            record = Record(members, kpis, frozenset(mention.groups) or context.groups, mention.numerals)
            picture = Picture(kpis, mention.numerals, members)
        if mention.usage and 0 < len(members) * len(mention.instruments) <= _PAIRS:
            answer = members, mention.instruments
        return Said(
            mention.everywhere,
            record if record is not None and self.matters(record) else None,
            picture,
            tuple((note, members) for note in mention.notes),
            answer,
            mention.members,
            kpis,
        )


class Gatherer:
    """Walks over the items of one file and keeps what stands together."""

    def __init__(self, sayings: Sayings, path: Context, headings: Headings = ()) -> None:
        self.sayings = sayings
        self.path = path
        self.headings: dict[int, Context] = dict(headings)
        self.about: Context | None = None
        self.objects: list[Context] = []
        self.pending: list[Mention] = []
        self.depth: int | None = None
        self.run: list[Said] = []
        self.picture: list[Picture] = []
        self.everywhere: dict[str, None] = {}
        self.records: dict[Record, None] = {}
        self.pictures: dict[Picture, None] = {}
        self.sequences: dict[Sequence, None] = {}
        self.notes: dict[Note, None] = {}
        self.answers: dict[Answer, None] = {}

    def walk(self, chunks: Iterable[Items]) -> Evidence:
        """Everything that the items say together."""
        for items in chunks:
            self.walk_items(items)
        return self._gathered()

    def walk_table(self, rows: Iterable[Items]) -> Evidence:
        """The same of a table, where each row is a record."""
        context = self._context()
        for items in rows:
            self._keep(self.sayings.of_items(items, context))
        return self._gathered()

    def walk_page(self, block: bytes, read: Callable[[bytes], Items]) -> Evidence:
        """The same of a block of a page, where most chunks are plain rows that were asked before."""
        known, context = self.sayings.rows, self._context()
        for chunk in chunks_of(block):
            key = (context, blake2b(chunk, digest_size=16).digest())  # the chunks would be most of the memory
            rows = known.get(key)
            if rows is None:
                items = read(chunk)
                if not _PLAIN.issuperset(map(type, items)) or CLOSE in items or ABOUT in items:
                    self.walk_items(items)
                    self._flush()
                    context = self._context()
                    continue
                rows = known[key] = self.sayings.of_items(items, context)
            if rows:
                self._keep(rows)
        return self._gathered()

    def _gathered(self) -> Evidence:
        self._mark(BLOCK)
        said: list[dict[Any, None]] = [
            self.everywhere, self.records, self.pictures, self.sequences, self.notes, self.answers,
        ]  # fmt: skip
        return Evidence._make((*map(tuple, said), False)) if any(said) else _EMPTY

    def walk_items(self, items: Items) -> None:
        """Go on with the items of a chunk."""
        for item in items:
            if item is RECORD:
                self._flush()
            elif isinstance(item, Mention):
                self.pending.append(item)
            else:
                self._mark(item)

    def _mark(self, item: Item) -> None:
        """Objects, headings and blocks begin or end."""
        if item is ABOUT:
            self._about()
        elif isinstance(item, Open):
            self._open(item.key)
        else:
            self._flush()
            if item is CLOSE:
                if self.objects:
                    self.objects.pop()
                return
            self._end_run()
            if isinstance(item, Heading):
                self.depth = item.depth
            else:
                self._end_picture()

    def _about(self) -> None:
        """Rows begin: they are about the KPIs and groups that the object has named so far."""
        named, context = joined(self.pending), self._context()
        self._flush()
        kpis, groups = frozenset(named.kpis) or context.kpis, frozenset(named.groups) or context.groups
        context = self.sayings.context(context.members, kpis, groups)
        if self.objects:
            self.objects[-1] = context
        else:
            self.path, self.about = context, None

    def _open(self, key: Mention) -> None:
        """An object begins: it is about what its key names, else about what its parent has named so far."""
        named = key if key.members or key.kpis or key.groups else joined(self.pending)
        outer = self._context()
        self._flush()
        if not (named.members or named.kpis or named.groups):
            self.objects.append(outer)
            return
        self.objects.append(
            self.sayings.context(
                frozenset(named.members) or outer.members,
                frozenset(named.kpis) or outer.kpis,
                frozenset(named.groups) or outer.groups,
            )
        )

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
        return self.sayings.context(members, kpis, groups)

    def _flush(self) -> None:
        """A record ends."""
        depth, self.depth = self.depth, None
        if not self.pending:
            return
        record = self.sayings.joined(self.pending)
        self.pending.clear()
        if depth is not None:
            self.headings = {level: each for level, each in self.headings.items() if level < depth}
            self.headings[depth] = context_of(record)
            self.about = None
        said = self.sayings.said(record, self._context())
        if said is not None:
            self.run.append(said)

    def _keep(self, rows: tuple[Said | None, ...]) -> None:
        if None not in rows:
            self.run += cast("tuple[Said, ...]", rows)
            return
        for said in rows:
            if said is None:
                self._end_run()
                self._end_picture()
            else:
                self.run.append(said)

    def _end_run(self) -> None:
        """Records that stand in a row end: what they say is kept, and in which order they name Members."""
        if not self.run:
            return
        sequence: dict[str, None] = {}
        about: set[str] = set()
        run, self.run = self.run, []
        for everywhere, record, picture, notes, answer, members, kpis in run:
            if record is not None:
                self.records[record] = None
            if picture is not None:
                self.picture.append(picture)
            for member in members:
                if member in sequence and not (len(members) == 1 and next(reversed(sequence)) == member):
                    self._end_sequence(sequence, about)
                    sequence, about = {}, set()
                sequence[member] = None
            if members:
                about |= kpis
            if everywhere or notes:
                self.everywhere.update(dict.fromkeys(everywhere))
                self.notes.update(dict.fromkeys(notes))
            if answer is not None:
                self.answers[answer] = None
        self._end_sequence(sequence, about)

    def _end_sequence(self, members: Iterable[str], kpis: set[str]) -> None:
        found = tuple(members)
        if len(found) >= _SHORTEST:
            self.sequences[Sequence(found, frozenset(kpis) if len(kpis) <= _FEW else frozenset())] = None

    def _end_picture(self) -> None:
        """The numbers of a whole block together: where the ends of an axis would stand."""
        if not self.picture:
            return
        kpis = frozenset(kpi for each in self.picture for kpi in each.kpis)
        numerals = dict.fromkeys(digits for each in self.picture for digits in each.numerals)
        if 0 < len(kpis) <= _FEW and len(numerals) <= _NUMBERS:
            members = frozenset(member for each in self.picture for member in each.members)
            self.pictures[Picture(kpis, tuple(numerals), members)] = None
        self.picture = []


_EMPTY = Evidence()
_PLAIN = frozenset({Mention, str})
