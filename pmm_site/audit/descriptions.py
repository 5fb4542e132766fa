"""The tables that describe, cycles and Members, against the data: every cell is one that the project gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from pmm_site.audit.files import Package
from pmm_site.audit.findings import Finding
from pmm_site.audit.structure import Expected
from pmm_site.model import CycleData, Text

Row = Mapping[str, str]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def description_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """Cells of the tables of cycles and Members that are not the data's, and cycles missing or told twice."""
    rows = list(package.rows("cycles"))
    for row in rows:
        data = expected.truth.cycles.get(row.get("cycle", ""))
        if data is None:
            yield expected.finding("data/cycles.csv", row.get("cycle", ""), "a cycle that is not published")
            continue
        for column in _unlike(row, _of_cycle(expected, data)):
            yield expected.finding("data/cycles.csv", f"{row['cycle']}/{column}", "not what the data say")
    times = Counter(row.get("cycle") for row in rows)
    for cycle in expected.truth.cycles:
        if times[cycle] != 1:
            yield expected.finding("data/cycles.csv", cycle, "a published cycle that is missing, or told twice")
    described = {cycle: _of_members(expected, data) for cycle, data in expected.truth.cycles.items()}
    for row in package.rows("members"):
        right = described.get(row.get("cycle", ""), {}).get(row.get("member", ""))
        for column in ("member",) if right is None else _unlike(row, right):
            key = f"{row.get('cycle')}/{row.get('member')}/{column}"
            yield expected.finding("data/members.csv", key, "not what the data say")


def _of_cycle(expected: Expected, data: CycleData) -> dict[str, str]:
    cycle = data.cycle
    first = expected.dataset.settings.languages[0]
    return {
        "cycle": cycle.id,
        "reference_year": str(cycle.reference_year),
        "participants": str(len(data.participants)),
        "nominated": "" if cycle.nominated is None else str(cycle.nominated),
        "synthetic": "true" if cycle.synthetic else "false",
        "note": (cycle.note or {}).get(first, ""),
        **_names(expected, cycle.name),
    }


def _of_members(expected: Expected, data: CycleData) -> dict[str, dict[str, str]]:
    """The row of every Member in a cycle but for its part in it: its groups then, or today's where it took no part."""
    found = {}
    for code, member in expected.dataset.members.items():
        participant = data.participants.get(code)
        groups = member.groups if participant is None else participant.groups
        own = {grouping.id: groups.get(grouping.id, "") for grouping in expected.dataset.catalogue.groupings}
        found[code] = {"cycle": data.cycle.id, "member": code, **own, **_names(expected, member.name)}
    return found


def _names(expected: Expected, name: Text) -> dict[str, str]:
    return {f"name_{language}": name.get(language, "") for language in expected.dataset.settings.languages}


def _unlike(row: Row, right: Mapping[str, str]) -> Iterator[str]:
    """Columns whose cell is another, or that no such table has; what spreadsheets would run has a mark before it."""
    for column, cell in row.items():
        if column in ("participates", "peer_review"):
            continue  # held by `structure`
        wanted = right.get(column)
        if wanted is not None and wanted.startswith(_FORMULA):
            wanted = f"'{wanted}"
        if cell != wanted:
            yield column
