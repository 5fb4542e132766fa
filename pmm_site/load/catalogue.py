"""data/catalogue.yml: dimensions, outcomes, KPIs, instruments, capacity-building areas, identities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from pmm_site.load import words
from pmm_site.load.fields import Field, open_ids
from pmm_site.load.log import KnownIds, shown
from pmm_site.model import (
    Bounds,
    CapacityArea,
    Catalogue,
    Dimension,
    Direction,
    Identity,
    Instrument,
    Kpi,
    KpiVersion,
    Level,
    NameStatus,
    Outcome,
    Unit,
)

_T = TypeVar("_T")

LARGEST = 1e15
MOST_BINS = 100
MOST_ROUNDINGS = 10

NO_BOUNDS = Bounds(None, None)


@dataclass(frozen=True, slots=True)
class Framework:
    """The catalogue with the ids that other files may refer to."""

    catalogue: Catalogue
    dimensions: KnownIds
    outcomes: KnownIds
    kpis: KnownIds
    instruments: KnownIds
    areas: KnownIds


def unread_framework() -> Framework:
    """What stands for a catalogue that could not be read: empty, and nothing is called unknown."""
    names = ("dimension", "outcome", "KPI", "instrument", "capacity area")
    return Framework(Catalogue("", (), (), ()), *(KnownIds(name, complete=False) for name in names))


def default(value: _T | None, fallback: _T) -> _T:
    """The value, or the fallback where it could not be read."""
    return fallback if value is None else value


def read(field: Field | None, read_it: Callable[[Field], _T | None]) -> _T | None:
    """An optional field: None when it is absent or could not be read."""
    return None if field is None else read_it(field)


_SECTIONS = ("dimensions", "outcomes", "kpis", "instruments", "capacity_building", "identities")


def read_catalogue(root: Field, cycles: KnownIds, order: Mapping[str, int] | None) -> Framework:
    """The framework as far as it could be read; `order` is the place of each cycle in time, None when unknown."""
    top = root.mapping(
        ("version", "dimensions", "outcomes", "kpis"), ("instruments", "capacity_building", "identities")
    )
    if top is None:
        return unread_framework()
    version = read(top.get("version"), lambda field: field.string(words.LONGEST_ID))
    items = {name: top[name].items() if name in top else [] for name in _SECTIONS}
    known = {
        name: _known(top.get(name), items[name], noun)
        for name, noun in (("dimensions", "dimension"), ("outcomes", "outcome"), ("kpis", "KPI"),
                           ("instruments", "instrument"), ("capacity_building", "capacity area"))
    }  # fmt: skip
    reader = _Reader(known, cycles, order)
    catalogue = Catalogue(
        version or "",
        _all(items["dimensions"], reader.dimension),
        _all(items["outcomes"], reader.outcome),
        _all(items["kpis"], reader.kpi),
        _all(items["instruments"], reader.instrument),
        _all(items["capacity_building"], reader.area),
        _all(items["identities"], reader.identity),
    )
    return Framework(catalogue, *known.values())


def _known(section: Field | None, items: list[Field], noun: str) -> KnownIds:
    known = open_ids(items, noun)
    # An unreadable section was reported already; what refers to its ids is then not called unknown.
    unread = section is not None and not section.is_sequence
    return KnownIds(noun, known.ids, known.complete and not unread)


def _all(items: list[Field], read_item: Callable[[Field], _T | None]) -> tuple[_T, ...]:
    return tuple(item for item in map(read_item, items) if item is not None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Readers of the items; each returns None only when the item has no id to stand under."""

    known: Mapping[str, KnownIds]
    cycles: KnownIds
    order: Mapping[str, int] | None

    def dimension(self, item: Field) -> Dimension | None:
        fields = item.mapping(("id", "name")) or {}
        id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
        return None if id_ is None else Dimension(id_, name or {})

    def area(self, item: Field) -> CapacityArea | None:
        fields = item.mapping(("id", "name")) or {}
        id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
        return None if id_ is None else CapacityArea(id_, name or {})

    def outcome(self, item: Field) -> Outcome | None:
        fields = item.mapping(("id", "dimension", "name"), ("name_status",)) or {}
        id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
        dimension = read(fields.get("dimension"), lambda field: field.reference(self.known["dimensions"]))
        status = _name_status(fields)
        return None if id_ is None else Outcome(id_, dimension or "", name or {}, status)

    def instrument(self, item: Field) -> Instrument | None:
        fields = item.mapping(("id", "name", "outcomes"), ("url", "name_status")) or {}
        id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
        outcomes = read(fields.get("outcomes"), lambda field: field.references(self.known["outcomes"]))
        url = read(fields.get("url"), _address)
        status = _name_status(fields)
        return None if id_ is None else Instrument(id_, name or {}, outcomes or (), url, status)

    def identity(self, item: Field) -> Identity | None:
        fields = item.mapping(("terms", "equals")) or {}
        terms: dict[str, float] = {}
        for kpi, term in fields["terms"].entries() if "terms" in fields else ():
            item.log.unknown(kpi, self.known["kpis"], line=term.line, place=term.path)
            factor = term.number(-LARGEST, LARGEST)
            if factor == 0:
                term.error("identity", "a factor of 0 ties nothing")
            terms[kpi] = default(factor, 1.0)
        if "terms" in fields and len(terms) < 2:
            fields["terms"].error("identity", "an identity ties at least two KPIs")
        equals = read(fields.get("equals"), lambda field: field.number(-LARGEST, LARGEST))
        return Identity(terms, default(equals, 0.0))

    def kpi(self, item: Field) -> Kpi | None:
        required = ("id", "outcome", "name", "unit", "bounds", "direction")
        optional = ("definition", "formula", "ceiling", "name_status", "analysed", "capacity_building", "bins",
                    "roundings", "versions")  # fmt: skip
        fields = item.mapping(required, optional) or {}
        id_ = read(fields.get("id"), Field.id)
        outcome = read(fields.get("outcome"), lambda field: field.reference(self.known["outcomes"]))
        unit = read(fields.get("unit"), lambda field: field.choice(Unit))
        bounds = default(read(fields.get("bounds"), lambda field: _bounds(field, unit)), NO_BOUNDS)
        areas = read(fields.get("capacity_building"), lambda field: field.references(self.known["capacity_building"]))
        built = Kpi(
            id=id_ or "",
            outcome=outcome or "",
            name=read(fields.get("name"), Field.text) or {},
            unit=default(unit, Unit.PERCENT),
            bounds=bounds,
            direction=default(read(fields.get("direction"), lambda field: field.choice(Direction)), Direction.NONE),
            definition=read(fields.get("definition"), Field.text),
            formula=read(fields.get("formula"), Field.text),
            ceiling=default(read(fields.get("ceiling"), lambda field: field.choice(Level)), Level.PUBLIC),
            name_status=_name_status(fields),
            analysed=default(read(fields.get("analysed"), Field.boolean), True),
            capacity_building=areas or (),
            bins=read(fields.get("bins"), lambda field: _bins(field, bounds)),
            roundings=read(fields.get("roundings"), _roundings),
            versions=read(fields.get("versions"), lambda field: self.versions(field, id_)) or (),
        )
        return None if id_ is None else built

    def versions(self, field: Field, kpi: str | None) -> tuple[KpiVersion, ...]:
        """The versions, which must follow each other: each is over before the next begins."""
        versions: list[KpiVersion] = []
        over = -1
        for item in field.items():
            version = self.version(item, kpi)
            if version.version and version.version in {each.version for each in versions}:
                item.error("duplicate-id", f"version {shown(version.version)} stands twice")
            versions.append(version)
            if self.order is None:
                continue
            first = self.order.get(version.since or "", 0)
            last = self.order.get(version.until or "", len(self.order))
            if last < first:
                item.error("versions", "this version ends before it begins")
            elif first <= over:
                item.error("versions", "this version begins before the one above it is over")
            over = max(over, last)
        return tuple(versions)

    def version(self, item: Field, kpi: str | None) -> KpiVersion:
        fields = item.mapping(("version",), ("since", "until", "name", "successor")) or {}
        version = read(fields.get("version"), lambda field: field.string(words.LONGEST_ID))
        since, until = (
            None if name not in fields or fields[name].is_blank else fields[name].reference(self.cycles)
            for name in ("since", "until")
        )
        successor = read(fields.get("successor"), lambda field: field.references(self.known["kpis"])) or ()
        if kpi is not None and kpi in successor:
            fields["successor"].error("versions", "a KPI does not succeed itself")
        return KpiVersion(version or "", since, until, read(fields.get("name"), Field.text), successor)


def _name_status(fields: Mapping[str, Field]) -> NameStatus:
    return default(read(fields.get("name_status"), lambda field: field.choice(NameStatus)), NameStatus.PUBLISHED)


def _address(field: Field) -> str | None:
    address = field.string(2_000)
    if address is not None and not words.is_address(address):
        field.error("address", "this is no absolute http(s) address")
    return address


def _bounds(field: Field, unit: Unit | None) -> Bounds | None:
    items = field.items()
    if not field.is_sequence:
        return None
    if len(items) != 2:
        field.error("bounds", f"bounds have two ends, these have {len(items)}")
        return None
    lower, upper = (None if item.is_null else item.number(-LARGEST, LARGEST) for item in items)
    if lower is not None and upper is not None and lower >= upper:
        field.error("bounds", "the lower bound is not below the upper one")
        return None
    if unit is Unit.INDEX and any(item.is_null for item in items):
        field.error("bounds", "an index needs both bounds")
    return Bounds(lower, upper)


def _bins(field: Field, bounds: Bounds) -> tuple[float, ...] | None:
    edges = [item.number(-LARGEST, LARGEST) for item in field.items()]
    numbers = [edge for edge in edges if edge is not None]
    if not field.is_sequence or len(numbers) < len(edges):
        return None
    if not 2 <= len(numbers) <= MOST_BINS + 1:
        field.error("bins", f"bins have 2 to {MOST_BINS + 1} edges, these have {len(numbers)}")
    elif any(right <= left for left, right in pairwise(numbers)):
        field.error("bins", "the edges do not increase")
    elif bounds.lower is not None and numbers[0] > bounds.lower:
        field.error("bins", "the first edge lies above the lower bound")
    elif bounds.upper is not None and numbers[-1] < bounds.upper:
        field.error("bins", "the last edge lies below the upper bound")
    return tuple(numbers)


def _roundings(field: Field) -> tuple[Decimal, ...] | None:
    steps = [item.decimal(0, LARGEST) for item in field.items()]
    numbers = [step for step in steps if step is not None]
    if not field.is_sequence or len(numbers) < len(steps):
        return None
    if not 1 <= len(numbers) <= MOST_ROUNDINGS:
        field.error("roundings", f"1 to {MOST_ROUNDINGS} steps are expected")
    elif any(step <= 0 for step in numbers):
        field.error("roundings", "a step is greater than 0")
    elif any(right <= left or right % left for left, right in pairwise(numbers)):
        field.error("roundings", "each step is a multiple of the one before, and greater")
    return tuple(numbers)
