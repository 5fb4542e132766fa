"""data/groupings.yml, data/members.csv, data/unions.yml and data/sdg-mapping.csv: who belongs where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pmm_site.load import words
from pmm_site.load.catalogue import read
from pmm_site.load.codelists import COUNTRIES
from pmm_site.load.fields import Field, open_ids
from pmm_site.load.log import FileLog, KnownIds, row_key, shown, shown_word
from pmm_site.load.tables import Columns, Table
from pmm_site.model import Group, Grouping, Member, Membership, NameStatus, SdgLink, Union

FIRST_YEAR, LAST_YEAR = 1900, 2200
_LINE_BREAK = re.compile(r"[\r\n\t]")
RESERVED_GROUPINGS = frozenset({"all", "union", "other", "crossing", "member"})


@dataclass(frozen=True, slots=True)
class Groupings:
    """The groupings with the ids of the groups of each."""

    groupings: tuple[Grouping, ...]
    known: KnownIds
    groups: Mapping[str, KnownIds]


def read_groupings(root: Field | None) -> Groupings:
    """The groupings; none where there is no such file."""
    items = root.items() if root is not None else []
    known = open_ids(items, "grouping")
    complete = known.complete and (root is None or root.is_sequence) and known.ids.isdisjoint(RESERVED_GROUPINGS)
    groupings: list[Grouping] = []
    groups: dict[str, KnownIds] = {}
    for item in items:
        fields = item.mapping(("id", "name", "groups")) or {}
        id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
        if id_ in RESERVED_GROUPINGS:
            fields["id"].error("reserved", f"{shown(id_)} is not available as the id of a grouping")
        below = fields["groups"].items() if "groups" in fields else []
        is_read = "groups" in fields and fields["groups"].is_sequence
        members = tuple(group for group in map(_group, below) if group is not None)
        if id_ is not None:
            groupings.append(Grouping(id_, name or {}, members))
            ids = open_ids(below, "group")
            is_all = ids.complete and is_read and "all" not in ids.ids and id_ not in groups
            groups[id_] = KnownIds("group", ids.ids, is_all)
    return Groupings(tuple(groupings), KnownIds("grouping", known.ids - RESERVED_GROUPINGS, complete), groups)


def unread_groupings() -> Groupings:
    """What stands for groupings that could not be read."""
    return Groupings((), KnownIds("grouping", complete=False), {})


def _group(item: Field) -> Group | None:
    fields = item.mapping(("id", "name")) or {}
    id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
    if id_ == "all":
        fields["id"].error("reserved", "'all' is not available as the id of a group")
    return None if id_ is None else Group(id_, name or {})


# --- Members ------------------------------------------------------------------------------------


def member_columns(groupings: Groupings, language: str | None) -> Columns:
    """The header of members.csv: a column per grouping and the name in the first language are required."""
    name = () if language is None else (f"name_{language}",)
    required = ("member", *name, *sorted(each for each in groupings.known.ids if not words.id_fault(each)))
    return Columns(required, prefixes=("name_",), others=not groupings.known.complete)


def read_members(table: Table, groupings: Groupings, language: str | None) -> tuple[dict[str, Member], KnownIds]:
    """Members by code, sorted, and the codes that other files may refer to."""
    languages = _name_columns(table)
    group_columns = [each for each in table.columns if each in groupings.known.ids]
    members: dict[str, Member] = {}
    lines: dict[str, int] = {}
    columns = ("member", *(f"name_{each}" for each in languages), *group_columns)
    for line, (code, *rest) in table.select(*columns):
        if code in lines:
            message = f"this Member stands twice (first in line {lines[code]})"
            table.log.error("duplicate-row", message, line=line, row=row_key(code))
            continue
        lines[code] = line
        _check_code(table.log, code, line)
        names = dict(zip(languages, rest, strict=False))
        for each, name in names.items():
            if _LINE_BREAK.search(name):
                message = "a name is one line of text"
                table.log.error("cell", message, line=line, place=f"name_{each}", row=row_key(code))
        if language in names and not names[language]:
            table.log.error("blank", "the cell is blank", line=line, place=f"name_{language}", row=row_key(code))
        cells = dict(zip(group_columns, rest[len(languages) :], strict=True))
        groups = read_groups(table.log, groupings, cells, line, row_key(code))
        members[code] = Member(code, {each: name for each, name in names.items() if name}, groups)
    complete = table.complete and len(members) == len(table.rows) and COUNTRIES.issuperset(members)
    return dict(sorted(members.items())), KnownIds("Member", frozenset(members), complete)


def _name_columns(table: Table) -> list[str]:
    languages: list[str] = []
    for column in table.columns:
        if column.startswith("name_"):
            word = column.removeprefix("name_")
            if words.is_language(word):
                languages.append(word)
            else:
                table.log.error("language", f"unknown language in the column {shown_word(column)}", line=1)
    return languages


def _check_code(log: FileLog, code: str, line: int) -> None:
    if code in COUNTRIES:
        return
    advice = f"did you mean '{code.upper()}'?" if code.upper() in COUNTRIES else ""
    quoted = shown_word(code) or "this"
    log.error(
        "code",
        f"{quoted} is no ISO 3166-1 alpha-3 code in capitals",
        next_step=advice,
        line=line,
        place="member",
        row=row_key(code),
    )


def read_groups(log: FileLog, groupings: Groupings, cells: Mapping[str, str], line: int, row: str) -> dict[str, str]:
    """Group by grouping from the cells of a row; a blank cell is in none."""
    for grouping, group in cells.items():
        if group and grouping in groupings.groups:
            log.unknown(group, groupings.groups[grouping], line=line, place=grouping, row=row)
    return {grouping: group for grouping, group in cells.items() if group}


# --- unions -------------------------------------------------------------------------------------


def read_unions(root: Field | None, members: KnownIds) -> tuple[dict[str, Union], KnownIds]:
    """Unions by id in the order of the file, and their ids."""
    items = root.items() if root is not None else []
    known = open_ids(items, "union")
    unions: dict[str, Union] = {}
    for item in items:
        fields = item.mapping(("id", "name", "members")) or {}
        id_, name = read(fields.get("id"), Field.id), read(fields.get("name"), Field.text)
        memberships = _memberships(fields["members"], members) if "members" in fields else ()
        if id_ is not None and id_ not in unions:
            unions[id_] = Union(id_, name or {}, memberships)
    complete = known.complete and (root is None or root.is_sequence)
    return unions, KnownIds("union", known.ids, complete)


def _memberships(field: Field, members: KnownIds) -> tuple[Membership, ...]:
    memberships: list[Membership] = []
    for item in field.items():
        membership = _membership(item, members)
        if membership is None:
            continue
        if any(each.member == membership.member and _overlap(each, membership) for each in memberships):
            item.error("years", f"{shown_word(membership.member) or 'this Member'} stands twice in the same years")
        memberships.append(membership)
    return tuple(memberships)


def _membership(item: Field, members: KnownIds) -> Membership | None:
    if item.is_scalar:
        code = item.reference(members)
        return None if code is None else Membership(code)
    fields = item.mapping(("member",), ("from", "to")) or {}
    code = read(fields.get("member"), lambda field: field.reference(members))
    first, last = (
        None if name not in fields or fields[name].is_null else fields[name].whole(FIRST_YEAR, LAST_YEAR)
        for name in ("from", "to")
    )
    if first is not None and last is not None and last < first:
        item.error("years", "the membership ends before it begins")
    return None if code is None else Membership(code, first, last)


def _overlap(one: Membership, other: Membership) -> bool:
    low = max(one.first or FIRST_YEAR, other.first or FIRST_YEAR)
    return low <= min(one.last or LAST_YEAR, other.last or LAST_YEAR)


# --- Sustainable Development Goals --------------------------------------------------------------

SDG_COLUMNS = Columns(("outcome", "goal"), ("target", "status"))
_GOAL = re.compile(r"[1-9]|1[0-7]")
_TARGET = re.compile(r"([1-9]|1[0-7])\.([1-9][0-9]?|[a-z])")


def read_sdg_mapping(table: Table, outcomes: KnownIds) -> tuple[SdgLink, ...]:
    """The links from outcomes to goals, in the order of outcomes, goals and targets, whatever that of the rows."""
    links: dict[tuple[str, str, str], SdgLink] = {}
    for line, (outcome, goal, target, status) in table.select("outcome", "goal", "target", "status"):
        row = shown_word(outcome).strip("'") or "?"
        if not outcome:
            table.log.error("blank", "the cell is blank", line=line, place="outcome")
        else:
            table.log.unknown(outcome, outcomes, line=line, place="outcome", row=row)
        if not _GOAL.fullmatch(goal):
            table.log.error("goal", "a goal is a whole number from 1 to 17", line=line, place="goal", row=row)
            continue
        matched = _TARGET.fullmatch(target)
        if target and (not matched or matched[1] != goal):
            table.log.error("target", f"this is no target of goal {goal}", line=line, place="target", row=row)
        if (outcome, goal, target) in links:
            table.log.error("duplicate-row", "this link stands twice", line=line, row=f"{row}, {goal}")
        link = SdgLink(outcome, int(goal), target or None, _status(table.log, status, line, row))
        links[outcome, goal, target] = link
    return tuple(sorted(links.values(), key=lambda link: (link.outcome, link.goal, link.target or "")))


def _status(log: FileLog, word: str, line: int, row: str) -> NameStatus:
    options = [each.value for each in NameStatus]
    if word and word not in options:
        quoted = shown_word(word) or "this"
        log.error("choice", f"{quoted} is not allowed here", word=word, meant=options, line=line,
                  place="status", row=row)  # fmt: skip
        return NameStatus.ILLUSTRATIVE
    return NameStatus(word) if word else NameStatus.PUBLISHED
