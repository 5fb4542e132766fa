"""The order in which the files of a project are read, and what each is checked against.

A file that could not be read in full leaves its ids incomplete: then other files' references to it are not
called unknown, and one warning says that they were not checked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pmm_site.load import catalogue, content, cycles, files, groups, releases, settings, values
from pmm_site.load.catalogue import Framework
from pmm_site.load.fields import Field
from pmm_site.load.files import ProjectFolder
from pmm_site.load.groups import Groupings
from pmm_site.load.log import FileLog, KnownIds, Log, printable
from pmm_site.load.strict_yaml import parse
from pmm_site.load.tables import read_table, table_path
from pmm_site.load.words import id_fault
from pmm_site.model import Catalogue, Cycle, CycleData, CycleStatus, Dataset, Member, Settings, Union
from pmm_site.placeholders import ArgumentKind

CYCLE_FILES = ("cycle.yml", "participants.csv", "participants.xlsx", "values.csv", "values.xlsx", "instruments.csv",
               "instruments.xlsx")  # fmt: skip
DATA_FILES = ("catalogue.yml", "sdg-mapping.csv", "sdg-mapping.xlsx", "groupings.yml", "members.csv", "members.xlsx",
              "unions.yml", "cycles", "salt.txt", "public-package")  # fmt: skip
INPUT_ENDINGS = (".yml", ".yaml", ".csv", ".xlsx", ".xls", ".xlsm", ".ods", ".tsv")

_SALT = "data/salt.txt"
SALT_LENGTHS = range(16, 1_025)


def _keys_of(cycle_data: Sequence[CycleData], *, complete: bool) -> KnownIds:
    """The keys of all values, as a release's file names them."""
    reported = ((data.cycle.id, each) for data in cycle_data for each in data.observations if each.written)
    return KnownIds("value", frozenset(f"{cycle}/{each.kpi}/{each.member}" for cycle, each in reported), complete)


@dataclass(frozen=True, slots=True)
class _Members:
    """Members and unions with their ids."""

    members: Mapping[str, Member]
    known: KnownIds
    unions: Mapping[str, Union]
    known_unions: KnownIds
    union_file: Field | None


@dataclass(slots=True)
class ProjectReader:
    """Reads one project into a log; `language` and `languages` are those of site.yml, None when unknown."""

    project: Path
    log: Log
    now: datetime | None = None
    language: str | None = None
    languages: tuple[str, ...] | None = None

    @property
    def folder(self) -> ProjectFolder:
        """The project's folder."""
        return ProjectFolder(self.project)

    def read(self) -> Dataset | None:
        """Everything that could be read, to be used only where the log has no error; None when there is no project."""
        here = FileLog(self.log, "project", printable(str(self.project)))
        if not self.folder.is_folder("."):
            here.error("missing-folder", "the project folder does not exist")
            return None
        if not (self.folder.has("site.yml") or self.folder.has("data")):
            here.error("missing-folder", "this folder holds no project: neither site.yml nor data/ is there")
            return None
        now = self._now()
        self._check_names("data", DATA_FILES)
        site = self._site()
        heads, known_cycles = self._cycle_heads()
        groupings = self._groupings()
        members = self._members(groupings)
        framework = self._framework(heads, known_cycles, groupings)
        cycle_data = self._cycles(heads, framework, groupings, members)
        around = self._surroundings(framework, groupings, members, known_cycles)
        read_settings = settings.read_settings(
            site,
            settings.Referable(members.known, members.known_unions, groupings.known, around.sites, self._themes()),
        ) if site is not None else Settings({})  # fmt: skip
        published = tuple(cycle.id for cycle in heads if cycles.is_published(cycle, now))
        if heads and not published and not self.log.has_errors:
            FileLog(self.log, "project", "data/cycles").warning("no-cycle", "no cycle is published at this time")
        dataset = Dataset(
            settings=read_settings,
            catalogue=framework.catalogue,
            members=members.members,
            unions=members.unions,
            cycles=cycle_data,
            published_cycles=published,
            content=content.read_content(self.folder, self.log, around),
            salt=self._salt(heads),
        )
        releases.check_releases(self.folder, self.log, _keys_of(cycle_data, complete=not self.log.has_errors))
        if not self.log.has_errors:
            self._report_missing_sites(dataset, members.union_file)
        return dataset

    def trusting_settings(self) -> Settings | None:
        """The settings as far as site.yml gives them, with what they refer to taken on trust; None without site.yml."""
        root = self._site()
        if root is None:
            return None
        nouns = ("Member", "union", "grouping", "site", "theme")
        return settings.read_settings(root, settings.Referable(*(KnownIds(each, complete=False) for each in nouns)))

    # --- single files

    def _now(self) -> datetime:
        if self.now is not None:
            return self.now if self.now.tzinfo is not None else self.now.replace(tzinfo=UTC)
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if epoch is None:
            return datetime.now(UTC)
        try:
            return datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            FileLog(self.log, "project", "SOURCE_DATE_EPOCH").error("clock", "this is no number of seconds since 1970")
            return datetime.fromtimestamp(0, UTC)

    def _yaml(self, path: str, kind: str, *, required: bool) -> Field | None:
        """The root of a YAML file; None when it is missing or cannot be read."""
        file_log = FileLog(self.log, kind, printable(path))
        if not self.folder.has(path):
            if required:
                FileLog(self.log, "project", printable(path)).error("missing-file", "the file is missing")
            return None
        text = self.folder.read_text(path, file_log, files.YAML_BYTES)
        node = parse(text, file_log) if text is not None else None
        return None if node is None else Field(file_log, node, language=self.language)

    def _themes(self) -> KnownIds:
        """The themes that the project may name: its own, and the one that the program brings."""
        own = self.folder.names("themes", FileLog(self.log, "site", "themes"))
        return KnownIds(
            "theme", frozenset({"default", *(name for name in own if self.folder.is_folder(f"themes/{name}"))})
        )

    def _site(self) -> Field | None:
        root = self._yaml("site.yml", "site", required=True)
        self.languages = settings.read_languages(root) if root is not None else None
        self.language = self.languages[0] if self.languages else None
        return replace(root, language=self.language) if root is not None else None

    def _groupings(self) -> Groupings:
        path = "data/groupings.yml"
        root = self._yaml(path, "groupings", required=False)
        unread = root is None and self.folder.has(path)
        found = groups.unread_groupings() if unread else groups.read_groupings(root)
        incomplete = next((each for each in found.groups.values() if not each.complete), KnownIds("group"))
        FileLog(self.log, "groupings", path).unchecked(found.known, incomplete)
        return found

    def _members(self, groupings: Groupings) -> _Members:
        table = read_table(
            self.folder, "data/members", "members", groups.member_columns(groupings, self.language), self.log
        )
        by_code: dict[str, Member] = {}
        known = KnownIds("Member", complete=False)
        if table is not None:
            by_code, known = groups.read_members(table, groupings, self.language)
        self._report_unread("data/members", "members", known)
        path = "data/unions.yml"
        root = self._yaml(path, "unions", required=False)
        unread = root is None and self.folder.has(path)
        unions, known_unions = ({}, KnownIds("union", complete=False)) if unread else groups.read_unions(root, known)
        FileLog(self.log, "unions", path).unchecked(known_unions)
        return _Members(by_code, known, unions, known_unions, root)

    def _framework(self, heads: Sequence[Cycle], known_cycles: KnownIds, groupings: Groupings) -> Framework:
        path = "data/catalogue.yml"
        root = self._yaml(path, "catalogue", required=True)
        order = cycles.order_of(heads)
        framework = catalogue.read_catalogue(root, known_cycles, order) if root else catalogue.unread_framework()
        if self.folder.has(path):
            ids = (framework.dimensions, framework.outcomes, framework.kpis, framework.instruments, framework.areas)
            FileLog(self.log, "catalogue", path).unchecked(*ids)
        links = read_table(self.folder, "data/sdg-mapping", "sdg", groups.SDG_COLUMNS, self.log)
        mapping = groups.read_sdg_mapping(links, framework.outcomes) if links is not None else ()
        full: Catalogue = replace(framework.catalogue, sdg_mapping=mapping, groupings=groupings.groupings)
        return replace(framework, catalogue=full)

    def _salt(self, heads: Sequence[Cycle]) -> str | None:
        file_log = FileLog(self.log, "salt", _SALT)
        if not self.folder.has(_SALT):
            if not all(cycle.synthetic for cycle in heads) and not self.log.has_errors:
                file_log.warning("missing", "there is no secret, and the values are not synthetic")
            return None
        text = self.folder.read_text(_SALT, file_log, SALT_LENGTHS.stop)
        salt = text.strip() if text is not None else None
        if salt is not None and len(salt) not in SALT_LENGTHS:
            file_log.error("length", f"the secret has {SALT_LENGTHS.start} to {SALT_LENGTHS.stop - 1} characters")
        return salt

    # --- cycles

    def _cycle_heads(self) -> tuple[tuple[Cycle, ...], KnownIds]:
        """The cycles by reference year, and their ids."""
        heads: list[Cycle] = []
        years: dict[str, int] = {}
        here = FileLog(self.log, "project", "data/cycles")
        for name in self.folder.names("data/cycles", here):
            path = f"data/cycles/{name}"
            if not self.folder.is_folder(path):
                FileLog(self.log, "project", printable(path)).error("unknown-file", "this is no folder of a cycle")
                continue
            fault = id_fault(name)
            if fault:
                FileLog(self.log, "project", printable(path)).error(
                    "unknown-file", f"the name of a cycle is an id: {fault}"
                )
            self._check_names(path, CYCLE_FILES)
            root = self._yaml(f"{path}/cycle.yml", "cycle", required=True)
            heads.append(cycles.read_cycle(root, name) if root is not None else cycles.unread_cycle(name))
            years[name] = root.line_of("reference_year") if root is not None else 0
        if not heads:
            here.error("missing-file", "there is no cycle", next_step="add data/cycles/<cycle>/ with its files")
        self._check_years(heads, years)
        ids = frozenset(cycle.id for cycle in heads)
        return cycles.in_order_of_years(heads), KnownIds("cycle", ids)

    def _check_years(self, heads: Sequence[Cycle], lines: Mapping[str, int]) -> None:
        seen: dict[int, str] = {}
        for cycle in heads:
            if cycle.status is CycleStatus.PUBLISHED and cycle.reference_year:
                if cycle.reference_year in seen:
                    log = FileLog(self.log, "cycle", f"data/cycles/{cycle.id}/cycle.yml")
                    other = seen[cycle.reference_year]
                    message = f"{other} is published for {cycle.reference_year} as well"
                    log.error("year", message, line=lines[cycle.id], place="reference_year")
                seen.setdefault(cycle.reference_year, cycle.id)

    def _cycles(
        self, heads: Sequence[Cycle], framework: Framework, groupings: Groupings, members: _Members
    ) -> tuple[CycleData, ...]:
        order = cycles.order_of(heads)
        return tuple(self._cycle(cycle, order, framework, groupings, members) for cycle in heads)

    def _cycle(
        self,
        cycle: Cycle,
        order: Mapping[str, int] | None,
        framework: Framework,
        groupings: Groupings,
        members: _Members,
    ) -> CycleData:
        path = f"data/cycles/{cycle.id}"
        columns = cycles.participant_columns(groupings)
        participant_table = read_table(self.folder, f"{path}/participants", "participants", columns, self.log)
        participants = cycles.read_participants(
            participant_table, year=cycle.reference_year, members=members.members, known=members.known,
            unions=members.unions, groupings=groupings,
        )  # fmt: skip
        self._report_unread(f"{path}/participants", "participants", participants.known)
        kpis = tuple(
            kpi for kpi in framework.catalogue.kpis if order is None or kpi.is_in_force(cycle.id, tuple(order))
        )
        known_unions = replace(
            members.known_unions, complete=members.known_unions.complete and cycle.reference_year > 0
        )
        frame = values.Frame(participants, members.known, framework.kpis, known_unions, framework.instruments, kpis)
        value_table = read_table(self.folder, f"{path}/values", "values", values.VALUE_COLUMNS, self.log)
        self._report_unread(f"{path}/values", "values", KnownIds("value"))
        answer_table = read_table(self.folder, f"{path}/instruments", "instruments", values.ANSWER_COLUMNS, self.log)
        instruments = [instrument.id for instrument in framework.catalogue.instruments]
        observations = values.read_observations(value_table, frame)
        if value_table is not None and not self.log.has_errors:
            values.check_identities(value_table, observations, framework.catalogue.identities)
        if value_table and value_table.complete and not value_table.rows and cycle.status is CycleStatus.PUBLISHED:
            value_table.log.warning("none", "the cycle is published, but the table has no row")
        return CycleData(
            cycle,
            participants.participants,
            observations,
            values.read_answers(answer_table, frame, instruments) if answer_table is not None else (),
        )

    # --- what stands around

    def _report_missing_sites(self, dataset: Dataset, union_file: Field | None) -> None:
        """Report what a reader of site.yml would expect and not find: any site, and a site of each union."""
        asked = dataset.settings.sites
        if not (asked.public or asked.wco) and asked.unions in ("none", ()) and asked.countries in ("none", ()):
            FileLog(self.log, "site", "site.yml").warning("no-site", "no site is asked for", place="sites")
        if not dataset.published or asked.unions == "none" or union_file is None:
            return
        year = dataset.published[-1].cycle.reference_year
        for union in dataset.unions.values():
            if (isinstance(asked.unions, str) or union.id in asked.unions) and not union.members_in(year):
                message = f"the union has no Members in {year}, the year of the latest published cycle: it gets no site"
                line = union_file.line_of(union.id)
                FileLog(self.log, "unions", "data/unions.yml").warning("no-members", message, line=line, place=union.id)

    def _surroundings(
        self, framework: Framework, groupings: Groupings, members: _Members, known_cycles: KnownIds
    ) -> content.Surroundings:
        sites = {"public", "wco", *(f"union-{each}" for each in members.known_unions.ids),
                 *(f"country-{code.lower()}" for code in members.known.ids)}  # fmt: skip
        complete = members.known.complete and members.known_unions.complete
        known = {
            ArgumentKind.KPI: framework.kpis,
            ArgumentKind.OUTCOME: framework.outcomes,
            ArgumentKind.DIMENSION: framework.dimensions,
            ArgumentKind.INSTRUMENT: framework.instruments,
            ArgumentKind.AREA: framework.areas,
            ArgumentKind.GOAL: content.GOAL_NUMBERS,
            ArgumentKind.GROUPING: groupings.known,
            ArgumentKind.CYCLE: known_cycles,
            ArgumentKind.SELECTION: content.SELECTION_WORDS,
            ArgumentKind.THRESHOLD: content.THRESHOLD_WORDS,
        }
        return content.Surroundings(
            known, groupings.groups, members.known_unions, known_cycles, KnownIds("site", frozenset(sites), complete),
            self.languages,
        )  # fmt: skip

    def _check_names(self, path: str, known: Sequence[str]) -> None:
        """Report input files that nothing reads: most are misspelt."""
        for name in self.folder.names(path, FileLog(self.log, "project", printable(path))):
            if name not in known and (name.casefold().endswith(INPUT_ENDINGS) or name.casefold() in known):
                log = FileLog(self.log, "project", printable(f"{path}/{name}"))
                meant = name.casefold()
                advice = f"rename it to {meant}" if meant in known and not self.folder.has(f"{path}/{meant}") else ""
                log.error("unknown-file", "nothing reads this file", next_step=advice, word=name, meant=known)

    def _report_unread(self, stem: str, kind: str, known: KnownIds) -> None:
        """Report that a required table is missing, or that references to what it defines were not checked."""
        path = table_path(self.folder, stem)
        if not self.folder.has(path):
            FileLog(self.log, kind, path).error("missing-file", "the table is missing")
        else:
            FileLog(self.log, kind, path).unchecked(known)
