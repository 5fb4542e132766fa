"""Searching every byte of a site for what it may not say.

One `Scanner` serves all sites of a process: it remembers what files, rows and pieces mention, and asks for each
site whether the site may say so. What the site's tables rightly show explains a number; anything else is a finding.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from pmm_site.audit.decoding import parts
from pmm_site.audit.evidence import (
    Context,
    Evidence,
    Gatherer,
    Headings,
    Picture,
    Record,
    Sayings,
    context_of,
    evidence_of_path,
)
from pmm_site.audit.explained import Explained
from pmm_site.audit.files import SiteFiles
from pmm_site.audit.findings import Finding
from pmm_site.audit.mentions import Vocabulary, is_short, mean_digits
from pmm_site.audit.orders import Orders
from pmm_site.audit.records import Items, Reader, blocks
from pmm_site.audit.rights import Rights
from pmm_site.audit.structure import Expected
from pmm_site.audit.truth import ALL, Group, Truth
from pmm_site.audit.writings import ANYWHERE, IN_CONTEXT, digits_of, roundings

_MANY, _FEW = 400, 2
"""A record that names many Members and many KPIs is searched for numbers of five digits and more only."""
_LONG = 5
_FINE = 4
"""Digits from which on a mean is recognised without the name of its group."""
_MEMORY = 200_000
_CELL_ENDS = bytes.maketrans(b",\t\r", b"   ")

Hit = tuple[int, str]
"""A secret by its number, and the digits that gave it away."""
MeanHit = tuple[str, str, Group, str]
"""Cycle, KPI, group and digits."""


class _Known(NamedTuple):
    """What a file says, by part; parts not read; digests of tables left out because a site's audit had held them."""

    found: tuple[tuple[str, Evidence], ...]
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

    def __post_init__(self) -> None:
        self.vocabulary = Vocabulary.of(self.rights, self.truth)
        self.reader = Reader(self.vocabulary)
        self.orders = Orders(self.rights.dataset)
        self.by_pair: dict[tuple[str, str], list[tuple[int, frozenset[str]]]] = {}
        self.by_digits: dict[str, list[int]] = {}
        for number, secret in enumerate(self.rights.secrets):
            written = digits_of(secret.written)
            if len(written) >= IN_CONTEXT:
                self.by_pair.setdefault((secret.member, secret.kpi), []).append((number, roundings(written)))
                for digits in roundings(written):
                    self.by_digits.setdefault(digits, []).append(number)
        self._evidence: dict[tuple[bytes, Context, str], _Known] = {}
        self._blocks: dict[tuple[bytes, int], tuple[Evidence, int]] = {}
        self._numbers: dict[tuple[Context, Headings], int] = {}
        self._places: list[tuple[Context, Headings]] = []
        self._ends: dict[str, Mapping[str, None]] = {}
        self.sayings = Sayings(lambda record: any(self.hits(record)))
        self._hits: dict[Record, tuple[tuple[Hit, ...], tuple[MeanHit, ...]]] = {}

    @cached_property
    def means(self) -> Mapping[tuple[str, str], Mapping[Group, str]]:
        """The digits of every mean, by (cycle, KPI) and group."""
        return {key: mean_digits(self.truth, key) for key in self.truth.values}

    @cached_property
    def mean_writings(self) -> Mapping[str, list[tuple[str, str, Group]]]:
        """Means by long runs of their digits."""
        found: dict[str, list[tuple[str, str, Group]]] = {}
        for (cycle, kpi), means in self.means.items():
            for group, written in means.items():
                for digits in roundings(written):
                    if len(digits) >= ANYWHERE:
                        found.setdefault(digits, []).append((cycle, kpi, group))
        return found

    def too_short(self) -> int:
        """Number of values with too few digits to be searched for."""
        return sum(len(digits_of(secret.written)) < IN_CONTEXT for secret in self.rights.secrets)

    def scan(
        self, files: SiteFiles, expected: Expected, explained: Explained, verified: frozenset[bytes] = frozenset()
    ) -> Iterator[Finding]:
        """Everything that the files of a site say and may not; `verified` are digests of tables held cell by cell."""
        site = _Site(self, expected, explained)
        for name in files.names():
            content = files.content(name)
            self.examined["files"] += 1
            self.examined["bytes"] += len(content)
            if name == "manifest.json":  # sizes and hashes of files whose names are searched anyway
                yield from site.judge(name, Evidence(self.vocabulary.long(content.decode("utf-8", "replace"))), True)
                continue
            quiet = self._is_theme(name, content)
            for path, evidence in self._read(name, content, verified):
                yield from site.judge(path, evidence, quiet)

    def _is_theme(self, name: str, content: bytes) -> bool:
        """Whether a file is the theme's own, wherever the theme keeps it."""
        known = self.theme_files
        if not known or not (name in known or name.rpartition("/")[2] in self._theme_names):
            return False
        digest = hashlib.sha256(content).hexdigest()
        return known.get(name) == digest or digest in self._theme_hashes

    @cached_property
    def _theme_names(self) -> frozenset[str]:
        return frozenset(name.rpartition("/")[2] for name in self.theme_files or ())

    @cached_property
    def _theme_hashes(self) -> frozenset[str]:
        return frozenset((self.theme_files or {}).values())

    def _read(self, name: str, content: bytes, verified: frozenset[bytes]) -> Iterator[tuple[str, Evidence]]:
        """What a file says and each part of it, where that is anything at all; the same bytes are read once."""
        about = self.vocabulary.mention(name)
        if about.numerals:
            yield name, evidence_of_path(about)
        if len(self._evidence) + len(self._blocks) > _MEMORY:
            self._forget()
        kind = name.rpartition(".")[2]
        if kind == "html":  # pages differ, and are remembered by blocks
            unread: Counter[str] = Counter()
            for inner, evidence in self._parts(name, content, verified, unread, set()):
                yield name + inner, evidence
            self.unscanned += unread
            return
        key = (digest(content), context_of(about), kind)
        known = self._evidence.get(key)
        if known is None or not known.skipped <= verified:
            unread = Counter()
            skipped: set[bytes] = set()
            found = tuple(self._parts(name, content, verified, unread, skipped))
            known = self._evidence[key] = _Known(found, unread, frozenset(skipped))
        self.unscanned += known.unread
        for inner, evidence in known.found:
            yield name + inner, evidence

    def _forget(self) -> None:
        """Give memory back; costs time and nothing else."""
        for memory in (self._evidence, self._blocks, self._hits):
            memory.clear()
        self.sayings.forget()

    def _parts(
        self, name: str, content: bytes, verified: frozenset[bytes], unread: Counter[str], skipped: set[bytes]
    ) -> Iterator[tuple[str, Evidence]]:
        for part in parts(name, content):
            inner = part.path[len(name) :]
            about = self.vocabulary.mention(part.path.replace("!", " "))
            if inner and about.numerals:
                yield inner, evidence_of_path(about)
            if part.kind == "unread":
                unread[f"files of kind .{part.path.rpartition('.')[2].lower()} (long numbers in plain bytes only)"] += 1
            if part.kind == "closed":
                yield inner, Evidence(closed=True)
            if part.kind == "csv" and (same := table_digest(part.content)) in verified:
                skipped.add(same)
                continue
            for evidence in self._gathered(context_of(about), part.kind, part.content):
                yield inner, evidence

    def _gathered(self, about: Context, kind: str, content: bytes) -> Iterator[Evidence]:
        """The evidence of one text, page by blocks and everything else as a whole."""
        if kind == "html":
            place = self._place(about, ())
            for block in blocks(content):
                key = (digest(block), place)
                known = self._blocks.get(key)
                if known is None:
                    gatherer = Gatherer(self.sayings, *self._places[place])
                    found = self._relevant(gatherer.walk_page(block, self._chunk))
                    known = self._blocks[key] = found, self._place(about, tuple(gatherer.headings.items()))
                evidence, place = known
                if evidence:
                    yield evidence
            return
        chunks: Iterable[Items] = ()
        if kind in ("unread", "closed"):
            chunks = ((self.vocabulary.mention("", content.decode("latin-1")),),)
        else:
            chunks = self.reader.chunks(kind, content)
        evidence = self._relevant(Gatherer(self.sayings, about).walk(chunks))
        if evidence:
            yield evidence

    def _chunk(self, chunk: bytes) -> Items:
        return self.reader.items("html", chunk)

    def _place(self, about: Context, headings: Headings) -> int:
        """The number of what a place is about, by its path and the headings that stand."""
        place = (about, headings)
        number = self._numbers.setdefault(place, len(self._places))
        if number == len(self._places):
            self._places.append(place)
        return number

    def _relevant(self, evidence: Evidence) -> Evidence:
        """What of the evidence may matter to any site."""
        if not (evidence.pictures or evidence.sequences):
            return evidence
        return evidence._replace(
            pictures=tuple(each for each in evidence.pictures if self._is_framed(each)),
            sequences=tuple(each for each in evidence.sequences if not self.orders.is_usual(each.members)),
        )

    def _is_framed(self, picture: Picture) -> bool:
        """Whether the numbers of a picture hold a least or greatest value."""
        kpis, numerals = picture
        return any(not self.ends(kpi).keys().isdisjoint(numerals) for kpi in kpis)

    def ends(self, kpi: str) -> Mapping[str, None]:
        """The digits of the least and greatest values of a KPI."""
        known = self._ends.get(kpi)
        if known is None:
            numbers = (number for ends in self.orders.ends(kpi, self.rights.secrets) for number in ends)
            known = self._ends[kpi] = dict.fromkeys(digits_of(self.rights.secrets[each].written) for each in numbers)
        return known

    def hits(self, record: Record) -> tuple[tuple[Hit, ...], tuple[MeanHit, ...]]:
        """The secrets and the means that a record may give away, before any site is asked."""
        known = self._hits.get(record)
        if known is None:
            known = self._hits[record] = tuple(self._values_in(record)), tuple(self._means_in(record))
        return known

    def _values_in(self, record: Record) -> Iterator[Hit]:
        members, kpis, numerals = record.members, record.kpis, frozenset(record.numerals)
        if len(members) * len(kpis) <= _MANY and min(len(members), len(kpis)) <= _FEW:
            for member in members:
                for kpi in kpis:
                    for number, writings in self.by_pair.get((member, kpi), ()):
                        for digits in writings & numerals:
                            yield number, digits
            return
        for digits in numerals:
            for number in self.by_digits.get(digits, ()) if len(digits) >= _LONG else ():
                secret = self.rights.secrets[number]
                if secret.member in members and secret.kpi in kpis:
                    yield number, digits

    def _means_in(self, record: Record) -> Iterator[MeanHit]:
        if record.members or len(record.kpis) * max(len(record.groups), 1) > _MANY:
            return
        numerals = frozenset(record.numerals)
        for kpi in record.kpis:
            for cycle in self.truth.cycles:
                means = self.means.get((cycle, kpi), {})
                for group in record.groups or (ALL,):
                    for digits in roundings(means[group]) & numerals if group in means else ():
                        yield cycle, kpi, group, digits


def digest(content: bytes) -> bytes:
    """What stands for bytes in memory."""
    return hashlib.sha256(content).digest()


def table_digest(content: bytes) -> bytes:
    """What stands for a table in memory: the same for a CSV file and a sheet with the same words in the same rows."""
    words = content.translate(_CELL_ENDS).replace(b"\n", b" \n ").split(b" ")
    return digest(b" ".join(filter(None, words)))


class _Site:
    """The questions that one site answers."""

    def __init__(self, scanner: Scanner, expected: Expected, explained: Explained) -> None:
        self.scanner, self.expected, self.explained = scanner, expected, explained
        shown = scanner.rights.shown(expected.site)
        self.hidden = tuple(not flag for flag in shown)

    def judge(self, path: str, evidence: Evidence, quiet: bool) -> Iterator[Finding]:
        """What a file says and the site may not; a `quiet` file is heard only where no context is needed."""
        finding = self.expected.finding
        for key in self._everywhere(evidence):
            yield finding(path, key, "a number that may not be shown here", "scan")
        if quiet:
            return
        if evidence.closed:
            yield finding(path, "", "an archive that cannot be opened: nobody knows what is in it", "scan")
        for record in evidence.records:
            for key, what in self._record(record):
                yield finding(path, key, what, "scan")
        for kpis, numerals in evidence.pictures:
            for key in self._ends(Record(frozenset(), kpis, frozenset(), numerals)):
                yield finding(path, key, "the least or greatest value, which is not shown here, as an end", "scan")
        for key in self._notes(evidence):
            yield finding(path, key, "a note of a Member outside its own country site", "scan")
        for members, instruments in evidence.answers:
            for member in sorted(members - {self.expected.own}):
                for instrument in instruments:
                    yield finding(path, f"{instrument}/{member}", "an answer of a Member on an instrument", "scan")
        for sequence in evidence.sequences:
            for key in self.scanner.orders.hidden_order(sequence, self.scanner.rights.secrets, self.hidden):
                yield finding(path, key, "Members stand in the order of values that are not shown", "scan")

    def _everywhere(self, evidence: Evidence) -> Iterator[str]:
        secrets = self.scanner.rights.secrets
        for digits in evidence.everywhere:
            numbers = self.scanner.by_digits.get(digits, ())
            if any(not self.hidden[number] for number in numbers) or self.explained.anywhere(digits):
                continue
            for number in numbers:
                yield secrets[number].key
            for cycle, kpi, group in self.scanner.mean_writings.get(digits, ()):
                yield f"{cycle}/{kpi}/{':'.join(group)}"

    def _record(self, record: Record) -> Iterator[tuple[str, str]]:
        values, means = self.scanner.hits(record)
        secrets = self.scanner.rights.secrets
        for number, digits in values:
            if self.hidden[number] and not self.explained.beside(record, digits):
                yield secrets[number].key, "a value that may not be shown here, beside its Member and KPI"
        for cycle, kpi, group, digits in means:
            known = self.explained.published(cycle, kpi, group)
            fine = len(digits) >= _FINE or (record.groups and known and len(digits) > known)
            if fine and not self.explained.beside(record, digits):
                yield f"{cycle}/{kpi}/{':'.join(group)}", "a mean with more digits than were published"

    def _ends(self, record: Record) -> Iterator[str]:
        """Extremes among the numbers: one of four digits, or both of five together."""
        numerals = frozenset(record.numerals)
        for kpi in record.kpis:
            for least, greatest in self.scanner.orders.ends(kpi, self.scanner.rights.secrets):
                ends = [
                    (number, digits)
                    for number in (least, greatest)
                    if (digits := digits_of(self.scanner.rights.secrets[number].written)) in numerals
                ]
                said = [
                    number
                    for number, digits in ends
                    if self.hidden[number] and not self.explained.beside(record, digits)
                ]
                together = sum(len(digits) for _, digits in ends) >= _LONG and len(ends) == 2 and least != greatest
                for number in said:
                    if together or len(digits_of(self.scanner.rights.secrets[number].written)) >= _FINE:
                        yield self.scanner.rights.secrets[number].key

    def _notes(self, evidence: Evidence) -> Iterator[str]:
        notes = self.scanner.vocabulary.notes
        for number, members in evidence.notes:
            note = notes[number]
            if note.member == self.expected.own or self.expected.own in self._authors(note.words):
                continue
            if not is_short(note) or note.member in members:
                yield note.key

    def _authors(self, words: tuple[str, ...]) -> frozenset[str]:
        return frozenset(note.member for note in self.scanner.vocabulary.notes if note.words == words)
