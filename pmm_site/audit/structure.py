"""The tables of a site's release package against the rules: is each value where it may be, as submitted, and no other?

`value_findings` looks at rows about Members, `pmm_site.audit.figures` at rows about groups.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import itemgetter

from pmm_site.audit.files import Damaged, Package, Table
from pmm_site.audit.findings import Finding
from pmm_site.audit.rights import BASIC_USERS, OUTSIDERS, Rights, Secret, site_kind
from pmm_site.audit.truth import Truth
from pmm_site.model import Dataset, Level

_OF_MEMBERS = frozenset({"values", "members", "answers", "visibility"})


@dataclass(frozen=True, repr=False)
class Expected:
    """What one site may show, by the audit's own account."""

    site: str
    rights: Rights
    truth: Truth

    @property
    def dataset(self) -> Dataset:
        """The confidential data."""
        return self.rights.dataset

    @cached_property
    def own(self) -> str:
        """The Member whose country site it is, else nothing."""
        kind, subject = site_kind(self.site)
        return subject if kind == "country" else ""

    @cached_property
    def alone(self) -> frozenset[str]:
        """The Member that alone reads the site, if there is such: that of a country, or the only one of a union."""
        readers = self.rights.site_readers(self.site)
        return readers if len(readers) == 1 and site_kind(self.site)[0] in ("country", "union") else frozenset()

    @cached_property
    def shown(self) -> Mapping[tuple[str, str, str], Secret]:
        """Values that the site may show, by cycle, KPI and Member."""
        flags = self.rights.shown(self.site)
        return dict(compress(zip(self.rights.keys, self.rights.secrets, strict=True), flags))

    @cached_property
    def value_rows(self) -> Mapping[tuple[str, str, str], tuple[str, str, str]]:
        """Value and statuses of every row that may stand in a table of values here."""
        found: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        for (_, kpi), blanks in self.truth.blank_rows.items():
            admitted = self.admitted.get(kpi, "")
            if admitted == "own":
                found.update((key, blank) for key, blank in blanks.items() if key[2] in self.alone)
            elif admitted:
                found.update(blanks)
        found.update((key, (secret.written, "A", "F")) for key, secret in self.shown.items() if key in found)
        return found

    @cached_property
    def admitted(self) -> Mapping[str, str]:
        """What the ceiling of each KPI admits here."""
        return {kpi.id: self.rights.kpi_tables(self.site, kpi.id) for kpi in self.dataset.catalogue.kpis}

    def finding(self, place: str, key: str, what: str, check: str = "structure") -> Finding:
        """A finding on this site."""
        return Finding(check, self.site, place, key, what)


def value_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """Everything that is wrong with what the package says of the site and of single Members."""
    yield from _description_findings(expected, package)
    yield from _values(expected, package)
    yield from _members(expected, package)
    yield from _own_rows(expected, package)
    yield from _foreign_columns(expected, package)


def _description_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    readers = expected.rights.site_readers(expected.site)
    if not readers:
        yield expected.finding("data/datapackage.json", "", "there is nobody who may read this site: it may not stand")
        return
    descriptor, about = package.document("datapackage.json"), package.document("site.json")
    if about.get("site") != expected.site or descriptor.get("site", expected.site) != expected.site:
        yield expected.finding("data/site.json", "", "the package is that of another site")
    stated = descriptor.get("readers", {})
    members = set(stated.get("members", ())) if isinstance(stated, dict) else set()
    named = set() if {OUTSIDERS, BASIC_USERS} & readers else set(readers)
    if members != named:
        yield expected.finding("data/datapackage.json", "readers", "the readers stated are not those of the site")
    if set(descriptor.get("cycles", ())) - set(expected.truth.cycles):
        yield expected.finding("data/datapackage.json", "cycles", "a cycle that is not published is named")


def _values(expected: Expected, package: Package) -> Iterator[Finding]:
    table = package.table("values")
    if table is None:
        yield expected.finding("data/values.csv", "", "missing")
        return
    found = list(_value_rows(expected, table, "data/values.csv"))
    yield from found
    at = [table.header.index(name) for name in ("cycle", "kpi", "member")]
    seen = {(row[at[0]], row[at[1]], row[at[2]]) for row in table.rows}
    for key in sorted(expected.shown.keys() - seen):
        yield expected.finding("data/values.csv", "/".join(key), "may be shown here and is not", "missing")
    lines = frozenset(package.lines("values"))
    is_right = not found and len(lines) == len(table.rows) + 1  # each line is a row
    for name in package.names:
        if name.startswith("kpi/") and name.endswith(".csv"):
            part = name.removesuffix(".csv")
            if not (is_right and _is_part(package, part, table.header, lines)):
                yield from _value_rows(expected, package.table(part) or Table((), ()), f"data/{name}")


def _is_part(package: Package, name: str, header: tuple[str, ...], lines: frozenset[bytes]) -> bool:
    """Whether a table has only lines of another that has a header; one with quotes is not looked at this closely."""
    found = package.lines(name)
    return package.header(name) == header and lines.issuperset(found) and not any(b'"' in line for line in found)


def _value_rows(expected: Expected, table: Table, place: str) -> Iterator[Finding]:
    at = {name: position for position, name in enumerate(table.header)}
    if not {"cycle", "kpi", "member", "value", "obs_status", "conf_status"} <= at.keys():
        raise Damaged(f"{place} lacks a column")
    columns = itemgetter(*(at[name] for name in ("cycle", "kpi", "member", "value", "obs_status", "conf_status")))
    level_at, note_at = at.get("disclosure"), at.get("note")
    public, right = expected.site == "public", expected.value_rows
    for row in table.rows:
        cycle, kpi, member, value, obs, conf = columns(row)
        key = (cycle, kpi, member)
        level = "" if level_at is None else row[level_at]
        if right.get(key) != (value, obs, conf) or (public and not value):
            yield expected.finding(place, "/".join(key), _row_problem(expected, key, value))
        if level and (public or not value or key not in expected.shown or level != expected.shown[key].level.value):
            yield expected.finding(place, "/".join(key), "a level that does not belong here")
        if note_at is not None and row[note_at] and member != expected.own:
            yield expected.finding(place, "/".join(key), "a note of a Member outside its own country site")


def _row_problem(expected: Expected, key: tuple[str, str, str], value: str) -> str:
    """What is wrong with a row about a value."""
    cycle, kpi, member = key
    if cycle not in expected.truth.cycles:
        return "a cycle that is not published"
    admitted = expected.admitted.get(kpi, "")
    if not admitted or (admitted == "own" and member not in expected.alone):
        return "a row of a KPI whose ceiling is narrower than this site"
    if member not in expected.truth.statuses.get((cycle, kpi), {}):
        return "a row about a Member that did not take part, or a KPI that was not asked"
    secret = expected.shown.get(key)
    if secret is None and value:
        return "a value that may not be shown here"
    if secret is None and expected.site == "public":
        return "a row about a Member whose value is not shown here"
    if secret is not None and not value:
        return "may be shown here and is blank"
    if secret is not None and value != secret.written:
        return "the value is not the one submitted"
    return "the status is not that of the value"


def _members(expected: Expected, package: Package) -> Iterator[Finding]:
    place = "data/members.csv"
    dataset, rights = expected.dataset, expected.rights
    readers = rights.site_readers(expected.site)
    level = dataset.settings.disclosure.peer_review_disclosure
    for row in package.rows("members"):
        key = f"{row.get('cycle')}/{row.get('member')}"
        data = expected.truth.cycles.get(row.get("cycle", ""))
        if data is None:
            yield expected.finding(place, key, "a cycle that is not published")
            continue
        participant = data.participants.get(row.get("member", ""))
        if (row.get("participates") == "true") != (participant is not None):
            yield expected.finding(place, key, "participation is not what the data say")
        review = row.get("peer_review", "")
        if not review:
            continue
        circle = rights.circle(row["member"], level, data.cycle.reference_year)
        if not readers <= circle:
            yield expected.finding(place, key, "the state of a peer review that may not be known here")
        elif participant is None or participant.peer_review.value != review:
            yield expected.finding(place, key, "the state of the peer review is not what the data say")


def _own_rows(expected: Expected, package: Package) -> Iterator[Finding]:
    """Answers and visibility stand on country sites only and are the own Member's."""
    for name in ("answers", "visibility"):
        if not expected.own and f"{name}.csv" in package.names:
            yield expected.finding(f"data/{name}.csv", "", "a table of country sites only")
    if not expected.own:
        return
    answers = {
        (cycle, each.instrument): each
        for cycle, data in expected.truth.cycles.items()
        for each in data.answers
        if each.member == expected.own
    }
    for row in package.rows("answers"):
        key = (row.get("cycle", ""), row.get("instrument", ""))
        answer = answers.get(key)
        aware = "" if answer is None or answer.aware is None else ("no", "yes")[answer.aware]
        usage = "" if answer is None or answer.usage is None else answer.usage.value
        if (row.get("aware"), row.get("usage")) != (aware, usage):
            yield expected.finding("data/answers.csv", "/".join(key), "not the answer of the own Member")
    own = {(each.cycle, each.kpi): each for each in expected.rights.secrets if each.member == expected.own}
    for row in package.rows("visibility"):
        key = (row.get("cycle", ""), row.get("kpi", ""))
        if key not in own or row.get("level") != own[key].level.value:
            yield expected.finding("data/visibility.csv", "/".join(key), "not the level of a value of the own Member")
        elif row.get("sites") != _places(expected, own[key]) or not _are_shared(
            expected, own[key], row.get("unions", "")
        ):
            yield expected.finding("data/visibility.csv", "/".join(key), "not where a value of the own Member appears")


def _places(expected: Expected, secret: Secret) -> str:
    """The sites of the project on which a value appears, as the table of visibility says."""

    def found() -> str:
        shown = (site for site in expected.rights.sites if expected.rights.site_readers(site) <= secret.readers)
        return ";".join(shown)

    return str(expected.truth.known.made(("places of", secret.readers), found))


def _are_shared(expected: Expected, secret: Secret, unions: str) -> bool:
    """Whether a value is for the unions named: those of its Member that it is open to, and only at that level."""
    if secret.level is not Level.UNION:
        return not unions
    year = expected.truth.cycles[secret.cycle].cycle.reference_year
    circles = [expected.rights.union_years.get((union, year), frozenset()) for union in filter(None, unions.split(";"))]
    return all(secret.member in circle and circle <= secret.readers for circle in circles)


def _foreign_columns(expected: Expected, package: Package) -> Iterator[Finding]:
    """Columns that a kind of site must not have, in whatever table they turn up."""
    closed = {"note": "notes stand on country sites only"} if not expected.own else {}
    if expected.site == "public":
        closed |= dict.fromkeys(("disclosure", "level", "unions"), "levels are no business of the public site")
    for name in package.names:
        if not name.endswith(".csv") or name == "cycles.csv":
            continue
        for column in package.header(name.removesuffix(".csv")):
            if column in closed:
                yield expected.finding(f"data/{name}", column, closed[column])
            elif column == "member" and name.partition("/")[0].removesuffix(".csv") not in {*_OF_MEMBERS, "kpi"}:
                yield expected.finding(f"data/{name}", column, "a table about groups names Members")


def narrative_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """Narrative pages that are not meant for the site."""
    pages = {(each.language, each.slug): each for each in expected.dataset.content}
    closed = {data.cycle.id for data in expected.dataset.cycles} - set(expected.truth.cycles)
    for name in package.names:
        parts = name.split("/")
        if parts[0] != "content" or len(parts) != 3 or not name.endswith(".md"):
            continue
        page = pages.get((parts[1], parts[2].removesuffix(".md")))
        meant = page is not None and any(fnmatch.fnmatchcase(expected.site, pattern) for pattern in page.sites)
        if not meant or (page is not None and page.cycle in closed):
            yield expected.finding(f"data/{name}", "", "a narrative page that is not meant for this site")
