"""The confidential side of a build, in order: load → analyse → disclose → release packages.

Everything here has seen confidential values. It hands the open side nothing but folders of release packages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmm_site.model import PREVIEW, AnalysisPolicy, Catalogue, CycleStatus, Dataset, Settings, Site
from pmm_site.problems import (
    DisclosureRefused,
    InputProblems,
    Problem,
    UsageProblem,
    counted,
    has_errors,
    in_order,
    nearest,
)
from pmm_site.publish.staging import writing
from pmm_site.stages.cache import AnswerCache, code_digest
from pmm_site.stages.progress import Progress, silent, telling
from pmm_site.stages.workers import Workers, give_back

if TYPE_CHECKING:
    from pmm_site.disclose import Assembly as Assembly  # the build hands it from stage to stage, unopened
    from pmm_site.disclose import Difference, History, Showing, Step


@dataclass(frozen=True)
class Project:
    """A project folder, loaded without errors.

    release: the name under which it is being published; None for a preview.
    """

    folder: Path
    dataset: Dataset
    warnings: tuple[Problem, ...]
    release: str | None = None

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites that the project has."""
        from pmm_site.disclose import sites

        return sites(self.dataset)

    @property
    def publishes_next(self) -> str | None:
        """The instant (ISO 8601) at which the next waiting cycle is published by itself; None when none waits."""
        waiting = (
            data.cycle.publish_at
            for data in self.dataset.cycles
            if data.cycle.status is CycleStatus.PUBLISHED and data.cycle.id not in self.dataset.published_cycles
        )
        return min((each for each in waiting if each is not None), key=datetime.fromisoformat, default=None)

    @cached_property
    def history(self) -> History:
        """What was published before; RecordDamaged when a record cannot be read.

        A release that is being made again does not come before itself: it is made as it was the first time.
        """
        from pmm_site.disclose import read_history

        return read_history(self.folder / "releases").before(self.release)

    @cached_property
    def state(self) -> str:
        """A hash of all that figures depend on: two builds of one state say the same together as each alone."""
        from pmm_site.disclose import content_key

        data, settings = self.dataset, self.dataset.settings
        read = (data.catalogue, data.unions, data.members, data.published, data.salt)
        return content_key("state", (*read, settings.disclosure, settings.analysis, self.history, code_digest()))


def checked(folder: Path) -> tuple[Problem, ...]:
    """All problems of a project, those of release records included: sorted, warnings among them."""
    from pmm_site.load import load

    return in_order((*load(folder)[1], *_lost_records(folder)))


def own_settings(folder: Path) -> Settings:
    """The settings of a project as far as site.yml gives them, whatever else is wrong; InputProblems without one."""
    from pmm_site.load import settings_alone

    refuse_missing(folder)
    found = settings_alone(folder)
    if found is None:
        raise InputProblems(checked(folder))
    return found


def _lost_records(folder: Path) -> Iterator[Problem]:
    """The problem of the first record of an earlier release that cannot be read."""
    releases = folder / "releases"
    if not os.path.lexists(releases):
        return
    from pmm_site.disclose import RecordDamaged, read_history

    try:
        read_history(releases)
    except RecordDamaged as damaged:
        place = os.path.relpath(damaged.place, folder)
        yield Problem("release-record", place, damaged.rule, damaged.next_step)


def refuse_missing(folder: Path) -> None:
    """InputProblems for a folder without site.yml, so that no output folder is made in a place that is no project."""
    if not (folder / "site.yml").exists():
        raise InputProblems(checked(folder))


def opened(folder: Path, release: str | None = None) -> Project:
    """Load the project in a folder, to be published under the name `release`; InputProblems when inputs have errors."""
    from pmm_site.load import load

    dataset, problems = load(folder)
    if dataset is None or has_errors(problems):
        raise InputProblems(problems)
    return Project(folder, dataset, problems, release)


def assembled(
    project: Project, cache: Path, *, release: str = PREVIEW, workers: Workers, progress: Progress = silent
) -> Assembly:
    """Analyse the project, and decide once for all sites what may be published beside everything published before.

    cache: the folder of decisions kept between builds. Raises DisclosureRefused for ids that releases name and the
    data have lost.
    """
    from pmm_site import analyse, disclose

    dataset = project.dataset
    refuse_forgotten(project)
    submitted = analyse.analyse(dataset)
    changes = analyse.matched(dataset, submitted)
    progress("analyse", 1, 1)
    decisions_kept = AnswerCache(cache / "decisions")
    with workers.opened("disclose") as processes:
        run = telling(processes.map, "disclose", progress)
        decisions = disclose.decide(dataset, submitted, changes, history=project.history, run=run, cache=decisions_kept)
    decisions_kept.trim()
    roll_up = partial(_roll_up, dataset.settings.analysis)
    return disclose.Assembly(dataset, decisions, submitted, changes, analyse.verdict, roll_up, release)


def write_packages(assembly: Assembly, chosen: Sequence[str], staging: Path, *, progress: Progress) -> Iterator[str]:
    """Write the release package of each chosen site into `staging`/<site>/data; yields a site's id once it is there."""
    from pmm_site import analyse, disclose, package

    sites = [site for site in disclose.sites(assembly.dataset) if site.id in set(chosen)]
    for done, site in enumerate(sites, 1):
        visible = disclose.visible_statistics(assembly.submitted, assembly.access, site)
        visible = replace(visible, tests=analyse.tests(assembly.dataset, visible))
        with writing(staging):
            package.write(assembly.package(site, visible), staging / site.id / "data")
        progress("packages", done, len(sites))
        yield site.id
    package.forget()
    give_back()


def write_narrative_pages(project: Project, site: str, directory: Path) -> None:
    """Write a site's narrative pages into the release package in `directory`, which has none yet; OSError."""
    from pmm_site import disclose, package

    site_of_id = {each.id: each for each in project.sites}
    package.write_pages(tuple(disclose.narrative_pages(project.dataset, site_of_id[site])), directory)


def refuse_forgotten(project: Project) -> None:
    """DisclosureRefused for ids in release records that the data lost: their figures would count as unpublished."""
    from pmm_site import disclose

    names = disclose.forgotten(project.history, project.dataset)
    if names:
        raise DisclosureRefused(
            f"{counted(len(names), 'id')} in the record of a release {'is' if len(names) == 1 else 'are'} not in the "
            "data any more, so what was published would count as never published → restore the id everywhere in the "
            "data, and remove nothing that was released; its names can be changed",
            names,
        )


def refuse_exposed(assembly: Assembly) -> None:
    """DisclosureRefused for values that earlier releases give away: no choice of figures mends that, a person must."""
    from pmm_site import disclose

    keys = disclose.exposed(assembly.decisions)
    if keys:
        raise DisclosureRefused(
            f"{counted(len(keys), 'value')} can be worked out from earlier releases and what the reader knows (values "
            "that are shown, and the catalogue's identities), whatever is published now → compare the levels with "
            "those of the earlier release, and those of KPIs that an identity ties",
            keys,
        )


def explained(
    folder: Path, output: Path, member: str, kpi: str, *, cycle: str | None = None, site: str | None = None
) -> tuple[Step, ...]:
    """Every rule that decided where a Member's value of a KPI appears, and how the aggregates over it were decided.

    cycle: the latest published one when None; site: all sites when None. output: where decisions are kept.
    """
    from pmm_site.disclose import explain

    project = opened(folder)
    assembly = assembled(project, output / ".cache", workers=Workers())
    return explain(project.dataset, assembly.decisions, member, kpi, cycle, site)


def differences(folder: Path, old: str, new: str) -> Difference:
    """What `new` shows that `old` does not; each is the name of a release of the project, or an output folder."""
    from pmm_site.disclose import difference

    return difference(_showing(folder, old), _showing(folder, new))


def _showing(folder: Path, name: str) -> Showing:
    from pmm_site import disclose, package

    is_plain = Path(name).name == name  # an absolute path would take the place of the folder before it
    if is_plain and (folder / "releases" / name).is_dir():
        return disclose.showing_of_record(disclose.read_record(folder / "releases" / name))
    places = sorted(Path(name).glob("sites/*/data"))
    if not places:
        known = [place.name for place in (folder / "releases").glob("*") if place.is_dir()]
        proposal = nearest(name, known)
        advice = f" → {proposal}" if proposal else ""
        raise UsageProblem(f"{name}: neither a release of the project nor a folder with built sites{advice}")
    return disclose.showing_of_packages([package.read(place) for place in places])


def _roll_up(
    policy: AnalysisPolicy, catalogue: Catalogue, tables: Mapping[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    """The rows of `findings`, `sdgs` and `capacity`, computed from the rows that a site shows and nothing else."""
    from pmm_site.analyse import capacity, contributions, findings

    summary, coverage = tables["summary"], tables["coverage"]
    return {
        "findings": findings(catalogue, summary, tables["instruments"], policy),
        "sdgs": contributions(catalogue, summary, coverage, policy),
        "capacity": capacity(catalogue, summary, coverage, tables["aggregates"], tables["members"], policy),
    }
