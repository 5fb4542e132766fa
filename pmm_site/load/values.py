"""data/cycles/<cycle>/values.csv and instruments.csv: what the participants said.

The values are confidential: no message here quotes a number, whichever column it stands in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pmm_site.load import numbers
from pmm_site.load.cycles import LEVELS, Participants, read_level
from pmm_site.load.log import FileLog, KnownIds, row_key, shown_word
from pmm_site.load.tables import Columns, Table
from pmm_site.model import Answer, Bounds, Identity, Kpi, Level, Observation, ResponseStatus, Usage

VALUE_COLUMNS = Columns(("member", "kpi", "value", "status", "disclosure"), ("unions", "note"), keys=2)
ANSWER_COLUMNS = Columns(("member", "instrument", "aware", "usage"), keys=2)

_STATUSES: Mapping[str, ResponseStatus] = {status.value: status for status in ResponseStatus}
_USAGES: Mapping[str, Usage] = {usage.value: usage for usage in Usage}
_AWARE: Mapping[str, bool] = {"yes": True, "no": False}

_NO_UNIONS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Frame:
    """What the rows of one cycle are held against.

    `in_force` are the KPIs of the cycle in catalogue order; the `KnownIds` ids may be incomplete.
    """

    participants: Participants
    members: KnownIds
    kpis: KnownIds
    unions: KnownIds
    instruments: KnownIds
    in_force: tuple[Kpi, ...]


# --- values -------------------------------------------------------------------------------------


def read_observations(table: Table | None, frame: Frame) -> tuple[Observation, ...]:
    """One observation per KPI in force and participant; without a row it is NOT_AVAILABLE."""
    observations = _ValueReader(table.log, frame).read(table) if table is not None else {}
    codes = tuple(frame.participants.participants)
    missing = ResponseStatus.NOT_AVAILABLE
    return tuple(
        observations.get((code, kpi.id)) or Observation(kpi.id, code, missing)
        for kpi in frame.in_force
        for code in codes
    )


@dataclass(slots=True)
class _ValueReader:
    """Reads the rows of one values.csv."""

    log: FileLog
    frame: Frame
    bounds: dict[str, Bounds] = field(default_factory=dict)
    blank: Counter[str] = field(default_factory=Counter)
    unionless: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def read(self, table: Table) -> dict[tuple[str, str], Observation]:
        """Observations by Member and KPI; levels that had to be assumed are reported once per Member."""
        self.bounds = {kpi.id: kpi.bounds for kpi in self.frame.in_force}
        observations: dict[tuple[str, str], Observation] = {}
        lines: dict[tuple[str, str], int] = {}
        participants = self.frame.participants.participants
        for line, cells in table.select("member", "kpi", "value", "status", "disclosure", "unions", "note"):
            key = cells[0], cells[1]
            if key in lines:
                message = f"this Member and KPI stand twice (first in line {lines[key]})"
                self.log.error("duplicate-row", message, line=line, row=row_key(*key))
                continue
            lines[key] = line
            if key[0] not in participants or key[1] not in self.bounds:
                self._check_key(key, line, cells[3])
            observations[key] = self._observation(line, cells)
        self._report_assumptions()
        return observations

    def _check_key(self, key: tuple[str, str], line: int, status: str) -> None:
        member, kpi = key
        row = row_key(member, kpi)
        for cell, column in ((member, "member"), (kpi, "kpi")):
            if not cell:
                self.log.error("blank", "the cell is blank", line=line, place=column, row=row)
        _check_member(self.log, self.frame, member, line, row)
        if not kpi or self.log.unknown(kpi, self.frame.kpis, line=line, place="kpi", row=row):
            return
        if kpi in self.frame.kpis.ids and kpi not in self.bounds and status == ResponseStatus.REPORTED.value:
            message = "this KPI is not in force in the cycle, so it has no values"
            self.log.error("not-in-force", message, line=line, place="kpi", row=row)

    def _observation(self, line: int, cells: tuple[str, ...]) -> Observation:
        member, kpi, written, status_word, level_word, unions, note = cells
        status = _STATUSES.get(status_word)
        if status is None:
            self._report_status(line, cells)
        elif (status is ResponseStatus.REPORTED) != bool(written):
            message = "the status is 'reported', but there is no value" if not written else (
                f"there is a value beside the status '{status_word}'"
            )  # fmt: skip
            self.log.error("status", message, line=line, place="value", row=row_key(member, kpi))
        value = self._number(line, member, kpi, written) if written else None
        level = LEVELS.get(level_word)
        if level is None:
            level = self._assumed_level(line, member, kpi, level_word, status)
        named = _NO_UNIONS
        if unions or level is Level.UNION:
            level, named = self._unions(line, cells, level, status)
        if status is not ResponseStatus.REPORTED:
            return Observation(kpi, member, status or ResponseStatus.NOT_AVAILABLE, note=note)
        return Observation(kpi, member, status, value, written, level, named, note)

    def _report_status(self, line: int, cells: tuple[str, ...]) -> None:
        row, word = row_key(cells[0], cells[1]), cells[3]
        if not word:
            self.log.error("blank", "the status is blank", line=line, place="status", row=row)
            return
        quoted = shown_word(word)
        message = f"unknown status {quoted}" if quoted else "this is no status"
        self.log.error("choice", message, line=line, place="status", row=row, word=word, meant=_STATUSES)

    def _number(self, line: int, member: str, kpi: str, written: str) -> float | None:
        if not numbers.is_number(written):
            row = row_key(member, kpi)
            self.log.error("number", numbers.fault(written), line=line, place="value", row=row)
            return None
        value = float(written) + 0.0
        bounds = self.bounds.get(kpi)
        if bounds is None:
            return value
        if (bounds.lower is not None and value < bounds.lower) or (bounds.upper is not None and value > bounds.upper):
            ends = [None if end is None else numbers.written(end) for end in (bounds.lower, bounds.upper)]
            message = f"the value lies outside the bounds of this KPI, {ends[0] or 'open'} to {ends[1] or 'open'}"
            self.log.error("bounds", message, line=line, place="value", row=row_key(member, kpi))
        return value

    def _assumed_level(self, line: int, member: str, kpi: str, word: str, status: ResponseStatus | None) -> Level:
        if word:
            return read_level(self.log, word, line, "disclosure", row_key(member, kpi))
        default = self.frame.participants.defaults.get(member)
        # Where participants.csv could not be read, the default is not known and its absence no news.
        if default is None and status is ResponseStatus.REPORTED and self.frame.participants.known.complete:
            self.blank[member] += 1
            self.first.setdefault(f"blank {member}", line)
        return default or Level.COUNTRY

    def _unions(
        self, line: int, cells: tuple[str, ...], level: Level, status: ResponseStatus | None
    ) -> tuple[Level, frozenset[str]]:
        """The level, and the unions that may see a value at union level: those named, or all of the Member's."""
        member = cells[0]
        own = self.frame.participants.unions.get(member, _NO_UNIONS)
        if not cells[5] and own:
            return Level.UNION, own
        row = row_key(member, cells[1])
        named = [each.strip() for each in cells[5].split(";")] if cells[5] else []
        # Nothing is said of a level that is misspelt, or whose default could not be read.
        is_read = cells[4] in LEVELS or (not cells[4] and self.frame.participants.known.complete)
        if named and level is not Level.UNION and is_read:
            message = f"unions are named, but the level is '{level.value}'"
            self.log.error("unions-level", message, line=line, place="unions", row=row)
        checked = member in self.frame.participants.participants
        for union in named:
            if not union or self.log.unknown(union, self.frame.unions, line=line, place="unions", row=row):
                continue
            if checked and self.frame.unions.complete and union not in own:
                message = f"the Member is not in the union {shown_word(union)} in the reference year"
                self.log.error("unions-member", message, line=line, place="unions", row=row)
        if named and not any(named):
            self.log.error("blank", "no union is named", line=line, place="unions", row=row)
        if level is not Level.UNION:
            return level, _NO_UNIONS
        if not own:
            if status is ResponseStatus.REPORTED and not named and checked and self.frame.unions.complete:
                self.unionless[member] += 1
                self.first.setdefault(f"union {member}", line)
            return Level.COUNTRY, _NO_UNIONS
        return Level.UNION, own & frozenset(named) if named else own

    def _report_assumptions(self) -> None:
        for member, count in sorted(self.blank.items()):
            message = f"{_values(count)} without a level and without a default, read as country level"
            line = self.first[f"blank {member}"]
            self.log.warning("level-blank", message, line=line, place="disclosure", row=row_key(member))
        for member, count in sorted(self.unionless.items()):
            message = f"{_values(count)} at union level of a Member in no union that year, read as country level"
            line = self.first[f"union {member}"]
            self.log.warning("level-union", message, line=line, place="disclosure", row=row_key(member))


def _check_member(log: FileLog, frame: Frame, member: str, line: int, row: str) -> None:
    """Report a Member that does not exist or does not take part; a blank one is reported elsewhere."""
    if not member or log.unknown(member, frame.members, line=line, place="member", row=row):
        return
    if frame.participants.known.lacks(member):
        log.error("non-participant", "this Member does not take part in the cycle", line=line, place="member", row=row)


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def check_identities(table: Table, observations: Iterable[Observation], identities: Iterable[Identity]) -> None:
    """Report Members whose values differ from an identity of the catalogue by more than their own rounding.

    The line is that of the last of the values.
    """
    lines: dict[tuple[str, ...], int] = {}
    identities = tuple(identities)
    tied = {kpi for identity in identities for kpi in identity.terms}
    reported = {(each.member, each.kpi): each for each in observations if each.kpi in tied and each.value is not None}
    members = sorted({member for member, _ in reported})
    for identity in identities:
        for member in members:
            values = [(reported.get((member, kpi)), factor) for kpi, factor in identity.terms.items()]
            terms = [(each.value or 0.0, each.written, factor) for each, factor in values if each is not None]
            off = sum(value * factor for value, _, factor in terms) - identity.equals
            if len(terms) == len(values) and abs(off) > sum(_half_step(written) * abs(f) for _, written, f in terms):
                message = "the values of these KPIs do not add up as the identity in data/catalogue.yml says"
                lines = lines or {key: line for line, key in table.select("member", "kpi")}
                last = max(lines[member, kpi] for kpi in identity.terms)
                table.log.warning("identity", message, line=last, place="value", row=row_key(member, *identity.terms))


def _half_step(written: str) -> float:
    """Half a unit of the last digit, and a little for the arithmetic: what rounding explains."""
    return 0.5 * 10.0 ** -len(written.partition(".")[2]) * (1 + 1e-6)


# --- instrument answers -------------------------------------------------------------------------


def read_answers(table: Table, frame: Frame, instruments: Iterable[str]) -> tuple[Answer, ...]:
    """The answers, in the order of the catalogue and then of Member codes; rows without any answer are left out."""
    answers: dict[tuple[str, str], Answer] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, (member, instrument, aware, usage) in table.select("member", "instrument", "aware", "usage"):
        key = member, instrument
        row = row_key(*key)
        if key in lines:
            message = f"this Member and instrument stand twice (first in line {lines[key]})"
            table.log.error("duplicate-row", message, line=line, row=row)
            continue
        lines[key] = line
        _check_answer_key(table.log, frame, key, line)
        for cell, column, options in ((aware, "aware", _AWARE), (usage, "usage", _USAGES)):
            if cell and cell not in options:
                allowed = ", ".join(options)
                table.log.error("choice", "this is no answer", next_step=f"use {allowed}, or leave it blank",
                                line=line, place=column, row=row)  # fmt: skip
        answer = Answer(member, instrument, _AWARE.get(aware), _USAGES.get(usage))
        if answer.aware is not None or answer.usage is not None:
            answers[key] = answer
    order = {instrument: at for at, instrument in enumerate(instruments)}
    return tuple(sorted(answers.values(), key=lambda each: (order.get(each.instrument, len(order)), each.member)))


def _check_answer_key(log: FileLog, frame: Frame, key: tuple[str, str], line: int) -> None:
    member, instrument = key
    row = row_key(*key)
    for cell, column in ((member, "member"), (instrument, "instrument")):
        if not cell:
            log.error("blank", "the cell is blank", line=line, place=column, row=row)
    _check_member(log, frame, member, line, row)
    if instrument:
        log.unknown(instrument, frame.instruments, line=line, place="instrument", row=row)
