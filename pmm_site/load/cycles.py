"""data/cycles/<cycle>/cycle.yml and participants.csv."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pmm_site.load.catalogue import default, read
from pmm_site.load.fields import Field
from pmm_site.load.groups import FIRST_YEAR, LAST_YEAR, Groupings, read_groups
from pmm_site.load.log import FileLog, KnownIds, row_key, shown, shown_word
from pmm_site.load.tables import Columns, Table
from pmm_site.model import Cycle, CycleStatus, Level, Member, Participant, PeerReview, Union

LEVELS: Mapping[str, Level] = {level.value: level for level in Level}

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?")


def read_cycle(root: Field, folder: str) -> Cycle:
    """cycle.yml as far as it could be read; a field that could not be read takes a harmless value."""
    required = ("id", "name", "reference_year", "status")
    fields = root.mapping(required, ("synthetic", "publish_at", "nominated", "note")) or {}
    id_ = read(fields.get("id"), Field.id)
    if id_ is not None and id_ != folder:
        fields["id"].error("folder", f"the id {shown(id_)} is not the name of the folder, {shown(folder)}")
    return Cycle(
        id=folder,
        name=read(fields.get("name"), Field.text) or {},
        reference_year=default(read(fields.get("reference_year"), lambda field: field.whole(FIRST_YEAR, LAST_YEAR)), 0),
        status=default(read(fields.get("status"), lambda field: field.choice(CycleStatus)), CycleStatus.DRAFT),
        synthetic=default(read(fields.get("synthetic"), Field.boolean), False),
        publish_at=read(fields.get("publish_at"), _instant),
        nominated=read(fields.get("nominated"), lambda field: field.whole(0, 1000)),
        note=read(fields.get("note"), Field.text_or_string),
    )


def unread_cycle(folder: str) -> Cycle:
    """What stands for a cycle.yml that could not be read; the year 0 is no year."""
    return Cycle(folder, {}, 0, CycleStatus.DRAFT)


def order_of(cycles: Sequence[Cycle]) -> Mapping[str, int] | None:
    """The place of each cycle in the order of reference years; None when a year could not be read."""
    if not all(cycle.reference_year for cycle in cycles):
        return None
    return {cycle.id: at for at, cycle in enumerate(in_order_of_years(cycles))}


def _instant(field: Field) -> str | None:
    """An instant in UTC; a date is its first moment, and an instant without a zone is in UTC."""
    text = field.string(40)
    if text is None:
        return None
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        instant = datetime.fromisoformat(text)
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        field.error("instant", f"{shown(text)} is no date or instant of ISO 8601")
        return None
    return instant.replace(tzinfo=None).isoformat() + "Z"


def is_published(cycle: Cycle, now: datetime) -> bool:
    """Whether the cycle may stand on sites at the instant `now` (with a time zone)."""
    if cycle.status is not CycleStatus.PUBLISHED:
        return False
    return cycle.publish_at is None or datetime.fromisoformat(cycle.publish_at) <= now


def in_order_of_years(cycles: Sequence[Cycle]) -> tuple[Cycle, ...]:
    """Oldest reference year first."""
    return tuple(sorted(cycles, key=lambda cycle: (cycle.reference_year, cycle.id)))


# --- participants -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part in a cycle, by Member code, sorted.

    `defaults` holds the level of rows that name none; `known` is incomplete when rows could not be read;
    `unions` holds the unions of each Member in the cycle's reference year.
    """

    participants: Mapping[str, Participant]
    defaults: Mapping[str, Level]
    known: KnownIds
    unions: Mapping[str, frozenset[str]]


def participant_columns(groupings: Groupings) -> Columns:
    """The header of participants.csv."""
    optional = ("peer_review", "default_disclosure", *sorted(groupings.known.ids))
    return Columns(("member",), optional, others=not groupings.known.complete)


def read_participants(
    table: Table | None, *, year: int, members: Mapping[str, Member], known: KnownIds, unions: Mapping[str, Union],
    groupings: Groupings,
) -> Participants:  # fmt: skip
    """The participants as far as they could be read; a table of None is unknown, not empty."""
    rows = tuple(_rows(table, members, known, groupings)) if table is not None else ()
    participants = {participant.member: participant for participant, _ in rows}
    defaults = {participant.member: level for participant, level in rows if level is not None}
    in_year = {union.id: union.members_in(year) for union in unions.values()}
    of_member = {code: frozenset(each for each, codes in in_year.items() if code in codes) for code in participants}
    ids = KnownIds("participant", frozenset(participants), table is not None and table.complete)
    return Participants(dict(sorted(participants.items())), defaults, ids, of_member)


def _rows(
    table: Table, members: Mapping[str, Member], known: KnownIds, groupings: Groupings
) -> Iterator[tuple[Participant, Level | None]]:
    """Each participant, with the level of its values that name none (None: it gives no such default)."""
    group_columns = [each for each in table.columns if each in groupings.known.ids]
    lines: dict[str, int] = {}
    columns = ("member", "peer_review", "default_disclosure", *group_columns)
    for line, (code, review, level, *cells) in table.select(*columns):
        row = row_key(code)
        if code in lines:
            message = f"this Member stands twice (first in line {lines[code]})"
            table.log.error("duplicate-row", message, line=line, row=row)
            continue
        lines[code] = line
        if not code:
            table.log.error("blank", "the cell is blank", line=line, place="member")
            continue
        table.log.unknown(code, known, line=line, place="member", row=row)
        own = read_groups(table.log, groupings, dict(zip(group_columns, cells, strict=True)), line, row)
        base = members[code].groups if code in members else {}
        participant = Participant(code, {**base, **own}, _peer_review(table.log, review, line, row))
        yield participant, read_level(table.log, level, line, "default_disclosure", row) if level else None


def _peer_review(log: FileLog, word: str, line: int, row: str) -> PeerReview:
    options = {each.value: each for each in PeerReview}
    if word and word not in options:  # not quoted: where a peer review stands is the Member's own
        log.error("choice", "this is no answer", next_step=f"use {', '.join(options)}, or leave it blank",
                  line=line, place="peer_review", row=row)  # fmt: skip
    return options.get(word, PeerReview.NONE)


def read_level(log: FileLog, word: str, line: int, place: str, row: str) -> Level:
    """The level; a misspelt one is an error and country level."""
    if word not in LEVELS:
        # The cell is not quoted unless it is a word: a value may have slipped into this column.
        quoted = shown_word(word)
        rule = "level" if log.kind == "values" else "choice"
        message = f"unknown level {quoted}" if quoted else "this is no level"
        log.error(rule, message, line=line, place=place, row=row, word=word, meant=LEVELS)
    return LEVELS.get(word, Level.COUNTRY)
