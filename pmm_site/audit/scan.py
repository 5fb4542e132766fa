"""Searching every byte of a site for what it may not say.

One `Scanner` serves all sites of a process: it remembers what files, rows and pieces mention, and asks for each
site whether the site may say so. What the site's tables rightly show explains a number; anything else is a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from pmm_site.audit.charges import FINE, LONG, Charge, Charges, MeanHit
from pmm_site.audit.decoding import parts
from pmm_site.audit.evidence import (
    Context,
    Evidence,
    Gatherer,
    Headings,
    Picture,
    Record,
    Sayings,
    Sequence,
    context_of,
    evidence_of_path,
)
from pmm_site.audit.explained import Explained
from pmm_site.audit.files import SiteFiles
from pmm_site.audit.findings import Finding
from pmm_site.audit.mentions import Vocabulary, is_short
from pmm_site.audit.records import Items, Reader, blocks, stretches
from pmm_site.audit.rights import Rights
from pmm_site.audit.structure import Expected
from pmm_site.audit.truth import Truth
from pmm_site.audit.verified import NOTHING, Verified, digest
from pmm_site.audit.writings import IN_CONTEXT, digits_of
from pmm_site.recent import Recent

_FILES, _PIECES = 150, 25_000
"""Files and pieces of pages that are remembered at least."""

_Page = tuple[tuple[Charge, ...], int]
"""The charges of a piece of a page, and the number of the place behind it."""


class _Known(NamedTuple):
    """What a file says, by part; parts not read; digests of tables left out because a site's audit had held them."""

    found: tuple[tuple[str, Charge], ...]
    unread: Counter[str]
    skipped: frozenset[bytes]


@dataclass(repr=False)
class Scanner:
    """What all sites have in common."""

    rights: Rights
    truth: Truth
    theme_files: Mapping[str, str] | None = None
    unscanned: Counter[str] = field(default_factory=Counter)
    examined: Counter[str] = field(default_factory=Counter)
    read: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.charges = Charges(self.rights, self.truth)
        means = chain.from_iterable(means.values() for means in self.charges.means.values())
        self.vocabulary = Vocabulary.of(self.rights, means)
        self.reader = Reader(self.vocabulary)
        self._evidence: Recent[tuple[bytes, Context, str], _Known] = Recent(_FILES)
        self._pages: Recent[tuple[bytes, int], _Page] = Recent(_PIECES)
        self._numbers: dict[tuple[Context, Headings], int] = {}
        self._places: list[tuple[Context, Headings]] = []
        self.sayings = Sayings(lambda record: any(self.charges.hits(record)))

    def too_short(self) -> int:
        """Number of values with too few digits to be searched for."""
        return sum(len(digits_of(secret.written)) < IN_CONTEXT for secret in self.rights.secrets)

    def scan(
        self,
        files: SiteFiles,
        expected: Expected,
        explained: Explained,
        verified: Verified = NOTHING,
        clean: Mapping[str, str] = MappingProxyType({}),
    ) -> Iterator[Finding]:
        """Everything that the files of a site say and may not; `verified`: what of its tables was held cell by cell.

        clean: hashes of files by name in which nothing was found when the same was asked of them: bytes that are the
        same are not asked again. Afterwards `read` holds the hashes of all files that were read to the last part.
        """
        site = _Site(self, expected, explained)
        self.read = {}
        for name in files.names():
            content = files.content(name)
            self.examined["files"] += 1
            self.examined["bytes"] += len(content)
            same = digest(content)
            unread = self.unscanned.total()
            if clean.get(name) != same.hex():
                yield from self._file(name, content, same, site, verified)
            if self.unscanned.total() == unread:
                self.read[name] = same.hex()

    def _file(self, name: str, content: bytes, same: bytes, site: _Site, verified: Verified) -> Iterator[Finding]:
        if name == "manifest.json":  # sizes and hashes of files whose names are searched anyway
            long = Evidence(self.vocabulary.long(content.decode("utf-8", "replace")))
            yield from site.judge(name, Charge(long), True)
            return
        quiet = self._is_theme(name, same.hex())
        for path, charge in self._read(name, content, same, verified):
            yield from site.judge(path, charge, quiet)

    def _is_theme(self, name: str, same: str) -> bool:
        """Whether a file is the theme's own, wherever the theme keeps it; `same`: the hash of its bytes."""
        known = self.theme_files or {}
        return known.get(name) == same or (name.rpartition("/")[2] in self._theme_names and same in self._theme_hashes)

    @cached_property
    def _theme_names(self) -> frozenset[str]:
        return frozenset(name.rpartition("/")[2] for name in self.theme_files or ())

    @cached_property
    def _theme_hashes(self) -> frozenset[str]:
        return frozenset((self.theme_files or {}).values())

    def _read(self, name: str, content: bytes, same: bytes, verified: Verified) -> Iterator[tuple[str, Charge]]:
        """What a file says and each part of it, where that is anything at all; the same bytes are read once."""
        about = self.vocabulary.mention(name)
        if about.numerals:
            yield name, self.charges.charge(evidence_of_path(about))
        kind = name.rpartition(".")[2]
        if kind == "html":  # pages differ, and are remembered by stretches and blocks
            unread: Counter[str] = Counter()
            for inner, charge in self._parts(name, content, verified, unread, set()):
                yield name + inner, charge
            self.unscanned += unread
            return
        key = (same, context_of(about), kind)
        known = self._evidence.get(key)
        if known is None or not known.skipped <= verified.tables:
            unread = Counter()
            skipped: set[bytes] = set()
            found = tuple(self._parts(name, content, verified, unread, skipped))
            known = self._evidence[key] = _Known(found, unread, frozenset(skipped))
        self.unscanned += known.unread
        for inner, charge in known.found:
            yield name + inner, charge

    def _parts(
        self, name: str, content: bytes, verified: Verified, unread: Counter[str], skipped: set[bytes]
    ) -> Iterator[tuple[str, Charge]]:
        for part in parts(name, content):
            inner = part.path[len(name) :]
            about = self.vocabulary.mention(part.path.replace("!", " "))
            if inner and about.numerals:
                yield inner, self.charges.charge(evidence_of_path(about))
            if part.kind == "unread":
                unread[f"files of kind .{part.path.rpartition('.')[2].lower()} (long numbers in plain bytes only)"] += 1
            if part.kind == "closed":
                yield inner, Charge(Evidence(closed=True))
            content = part.content
            if part.kind == "csv":
                left = verified.left(content)
                if left.content is not content:
                    skipped.add(left.digest)
                content = left.content
            for charge in self._gathered(context_of(about), part.kind, content) if content else ():
                yield inner, charge

    def _gathered(self, about: Context, kind: str, content: bytes) -> Iterator[Charge]:
        """The charges of one text: of a page stretch by stretch, of everything else as a whole."""
        if kind == "html":
            place = self._place(about, ())
            for stretch in stretches(content):
                charges, place = self._remembered(stretch, place, self._stretch)
                yield from charges
            return
        gatherer = Gatherer(self.sayings, about)
        if kind in ("unread", "closed"):
            evidence = gatherer.walk([(self.vocabulary.mention("", content.decode("latin-1")),)])
        else:
            walk = gatherer.walk_table if kind == "csv" else gatherer.walk
            evidence = walk(self.reader.chunks(kind, content))
        yield from self.charges.of(evidence)

    def _remembered(self, piece: bytes, place: int, read: Callable[[bytes, int], _Page]) -> _Page:
        """The charges of a piece of a page, and the place behind it; the same piece is read once in the same place."""
        key = (digest(piece), place)
        known = self._pages.get(key)
        if known is None:
            known = self._pages[key] = read(piece, place)
        return known

    def _stretch(self, stretch: bytes, place: int) -> _Page:
        found: list[Charge] = []
        for block in blocks(stretch):
            charges, place = self._remembered(block, place, self._block)
            found += charges
        return tuple(found), place

    def _block(self, block: bytes, place: int) -> _Page:
        about, headings = self._places[place]
        gatherer = Gatherer(self.sayings, about, headings)
        charges = self.charges.of(gatherer.walk_page(block, self._chunk))
        behind = tuple(gatherer.headings.items())
        return charges, place if behind == headings else self._place(about, behind)

    def _chunk(self, chunk: bytes) -> Items:
        return self.reader.items("html", chunk)

    def _place(self, about: Context, headings: Headings) -> int:
        """The number of what a place is about, by its path and the headings that stand."""
        place = (about, headings)
        number = self._numbers.setdefault(place, len(self._places))
        if number == len(self._places):
            self._places.append(place)
        return number


class _Site:
    """The questions that one site answers."""

    def __init__(self, scanner: Scanner, expected: Expected, explained: Explained) -> None:
        self.scanner, self.charges, self.expected, self.explained = scanner, scanner.charges, expected, explained
        shown = scanner.rights.shown(expected.site)
        self.hidden = tuple(not flag for flag in shown)
        self.closed = scanner.charges.orders.hidden(scanner.rights.secrets, shown)
        self._orders = cache(self._hidden_orders)  # pages in two languages name Members in the same order

    def judge(self, path: str, charge: Charge, quiet: bool) -> Iterator[Finding]:
        """What a file says and the site may not; a `quiet` file is heard only where no context is needed."""
        finding, evidence = self.expected.finding, charge.evidence
        for key in self._everywhere(evidence):
            yield finding(path, key, "a number that may not be shown here", "scan")
        if quiet:
            return
        if evidence.closed:
            yield finding(path, "", "a file that cannot be opened: nobody knows what is in it", "scan")
        for record in evidence.records if any(map(self.hidden.__getitem__, charge.secrets)) else ():
            for key in self._values(record):
                yield finding(path, key, "a value that may not be shown here, beside its Member and KPI", "scan")
        for record, mean in charge.means:
            if self._is_finer(record, mean):
                cycle, kpi, group, _ = mean
                what = "a mean with more digits than were published"
                yield finding(path, f"{cycle}/{kpi}/{':'.join(group)}", what, "scan")
        for picture in evidence.pictures:
            for key in self._ends(picture):
                yield finding(path, key, "the least or greatest value, which is not shown here, as an end", "scan")
        for key in self._notes(evidence):
            yield finding(path, key, "a note of a Member outside its own country site", "scan")
        for members, instruments in evidence.answers:
            for member in sorted(members - {self.expected.own}):
                for instrument in instruments:
                    yield finding(path, f"{instrument}/{member}", "an answer of a Member on an instrument", "scan")
        for sequence in evidence.sequences:
            for key in self._orders(sequence):
                yield finding(path, key, "Members stand in the order of values that are not shown", "scan")

    def _hidden_orders(self, sequence: Sequence) -> tuple[str, ...]:
        secrets = self.scanner.rights.secrets
        return tuple(self.charges.orders.hidden_order(sequence, secrets, self.closed))

    def _everywhere(self, evidence: Evidence) -> Iterator[str]:
        secrets = self.scanner.rights.secrets
        for digits in evidence.everywhere:
            numbers = self.charges.by_digits.get(digits, ())
            if any(not self.hidden[number] for number in numbers) or self.explained.anywhere(digits):
                continue
            for number in numbers:
                yield secrets[number].key
            for cycle, kpi, group in self.charges.mean_writings.get(digits, ()):
                yield f"{cycle}/{kpi}/{':'.join(group)}"

    def _values(self, record: Record) -> Iterator[str]:
        """The hidden values that stand in a record beside their Members and KPIs."""
        for number, digits in self.charges.hits(record)[0]:
            if self.hidden[number] and not self.explained.beside(record, digits):
                yield self.scanner.rights.secrets[number].key

    def _is_finer(self, record: Record, mean: MeanHit) -> bool:
        """Whether a mean stands in a record with more digits than were published."""
        cycle, kpi, group, digits = mean
        known = self.explained.published(cycle, kpi, group)
        fine = len(digits) >= FINE or (record.groups and known and len(digits) > known)
        return bool(fine) and not self.explained.beside(record, digits)

    def _ends(self, picture: Picture) -> Iterator[str]:
        """Extremes among the numbers: one of four digits, or both of five together."""
        numerals = frozenset(picture.numerals)
        record = Record(frozenset(), picture.kpis, frozenset(), picture.numerals)
        for kpi in picture.kpis:
            for least, greatest in self.charges.orders.ends(kpi, self.scanner.rights.secrets):
                ends = [
                    (number, digits)
                    for number in (least, greatest)
                    if (digits := digits_of(self.scanner.rights.secrets[number].written)) in numerals
                ]
                said = [
                    number
                    for number, digits in ends
                    if self.hidden[number]
                    and not self.explained.beside(record, digits)
                    and not self.explained.is_value(picture.members, kpi, digits)
                    and not self.explained.is_count(digits)
                ]
                together = sum(len(digits) for _, digits in ends) >= LONG and len(ends) == 2 and least != greatest
                for number in said:
                    if together or len(digits_of(self.scanner.rights.secrets[number].written)) >= FINE:
                        yield self.scanner.rights.secrets[number].key

    def _notes(self, evidence: Evidence) -> Iterator[str]:
        notes = self.scanner.vocabulary.notes
        for number, members in evidence.notes:
            note = notes[number]
            if note.member == self.expected.own or self.expected.own in self.scanner.vocabulary.authors[note.words]:
                continue
            if not is_short(note) or note.member in members:
                yield note.key
