"""The stages in order: the table of contents of the program.

load → analyse → disclose → release package → render → audit → publish. The stages meet here only. What has
seen confidential values works in one pool of processes, what draws pages in another that is given nothing
but the folders of release packages and themes.
"""

from __future__ import annotations

import fnmatch
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pmm_site.cache import FolderCache
from pmm_site.model import AnalysisPolicy, Catalogue, Dataset, Site
from pmm_site.problems import DisclosureRefused, InputProblems, Problem, UsageProblem, WriteFailed, has_errors, in_order
from pmm_site.progress import Progress, silent
from pmm_site.publish import Output, write_manifest
from pmm_site.publish.manifest import paths_below
from pmm_site.publish.staging import writing


@dataclass(frozen=True)
class BuildResult:
    """What a build did: files per site that now stands, sites that were taken away, and warnings."""

    output: Path
    files: dict[str, int]
    removed: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    release: str = "preview"
    stages: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "output": str(self.output),
            "release": self.release,
            "sites": self.files,
            "removed": list(self.removed),
            "warnings": [problem.as_json() for problem in self.warnings],
        }

    def in_words(self) -> str:
        """The result for people."""
        total = sum(self.files.values())
        lines = [f"{self.output / 'sites'}: {len(self.files)} sites, {total:,} files ({self.release})"]
        if self.removed:
            lines.append("taken away, because the project no longer has them: " + ", ".join(self.removed))
        return "\n".join(lines)


def check(project: Path) -> tuple[Problem, ...]:
    """All problems of a project's inputs and theme."""
    _, problems = _loaded(project)
    return problems


def site_ids(project: Path) -> tuple[str, ...]:
    """The ids of the sites that a project has; InputProblems when its inputs have errors."""
    from pmm_site.disclose import sites

    dataset, problems = _loaded(project)
    if dataset is None:
        raise InputProblems(problems)
    return tuple(site.id for site in sites(dataset))


def build(
    project: Path,
    output: Path,
    *,
    sites: Sequence[str] = (),
    release: str | None = None,
    jobs: int | None = None,
    progress: Progress = silent,
) -> BuildResult:
    """Build the sites of a project (or those that match `sites`) and put them in the place of what stands.

    Raises InputProblems, UsageProblem (no such site), DisclosureRefused or WriteFailed; what stood still stands.
    """
    dataset, problems = _loaded(project)
    if dataset is None:
        raise InputProblems(problems)
    _refuse_foreign_machines(dataset)
    from pmm_site import disclose

    everything = disclose.sites(dataset)
    chosen = _chosen(everything, sites)
    jobs = jobs or os.cpu_count() or 1
    with Output(output).opened() as place:
        _stage_packages(dataset, chosen, place, release or "preview", jobs, progress)
        files = _render_sites(project, chosen, place, jobs, progress)
        removed = () if sites else tuple(set(place.standing()) - {site.id for site in everything})
        for site in chosen:
            place.swap_in(site.id)
        place.remove(removed)
    warnings = in_order((*problems, *disclose.site_problems(dataset)))
    return BuildResult(output, files, removed, warnings, release or "preview")


def render_package(package: Path, output: Path, *, project: Path) -> int:
    """Render one site from its release package alone; `output` becomes the web root. Gives the number of files."""
    staged = output.parent / f".{output.name}.staging"
    with writing(output):
        shutil.rmtree(staged, ignore_errors=True)
        shutil.copytree(package, staged / "data")
    try:
        files = _render_site(staged, _theme_directories(project), None)
        with writing(output):
            shutil.rmtree(output, ignore_errors=True)
            staged.rename(output)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return files


# --- the confidential side ----------------------------------------------------------------------


def _loaded(project: Path) -> tuple[Dataset | None, tuple[Problem, ...]]:
    from pmm_site.load import load

    dataset, problems = load(project)
    return (None if has_errors(problems) else dataset), in_order(problems)


def _refuse_foreign_machines(dataset: Dataset) -> None:
    """Confidential data have no place on a continuous-integration service, unless its owner says so."""
    on_service = os.environ.get("CI", "").lower() not in ("", "0", "false")
    real = [data.cycle.id for data in dataset.cycles if not data.cycle.synthetic]
    if on_service and real and os.environ.get("PMM_SITE_ALLOW_CI") != "1":
        raise DisclosureRefused(
            f"this is a continuous-integration service and the cycles {', '.join(real)} are not synthetic: "
            "build on a machine of your own, or render a release package; PMM_SITE_ALLOW_CI=1 allows it here"
        )


def _chosen(everything: Sequence[Site], patterns: Sequence[str]) -> tuple[Site, ...]:
    """The sites that match any pattern, all when there is none; UsageProblem for one that matches nothing."""
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(site.id, pattern) for site in everything):
            raise UsageProblem(f"--site {pattern}: no site of the project matches; see `sites` in site.yml")
    if not patterns:
        return tuple(everything)
    return tuple(site for site in everything if any(fnmatch.fnmatchcase(site.id, each) for each in patterns))


def _stage_packages(
    dataset: Dataset, sites: Sequence[Site], place: Output, release: str, jobs: int, progress: Progress
) -> None:
    """Decide once for all sites what may be published, and write each site's release package."""
    from pmm_site import analyse, disclose, package

    with _pool(jobs) as pool:
        submitted = analyse.analyse(dataset)
        changes = analyse.matched(dataset, submitted)
        progress("analyse", 1, 1)
        cache = FolderCache(place.cache / "decisions")
        decisions = disclose.decide(dataset, submitted, changes, run=_told(pool, "disclose", progress), cache=cache)
        cache.trim()
    roll_up = partial(_roll_up, dataset.settings.analysis)
    assembly = disclose.Assembly(dataset, decisions, submitted, changes, analyse.verdict, roll_up, release)
    for done, site in enumerate(sites, 1):
        visible = disclose.visible_statistics(submitted, assembly.access, site)
        with writing(place.staging):
            package.write(assembly.package(site, visible), place.staging / site.id / "data")
        progress("packages", done, len(sites))


def _roll_up(
    policy: AnalysisPolicy, catalogue: Catalogue, tables: Mapping[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    """Findings, contributions to goals and capacity needs, from the rows that a site shows and nothing else."""
    from pmm_site.analyse import capacity, contributions, findings

    summary, coverage = tables["summary"], tables["coverage"]
    return {
        "findings": findings(catalogue, summary, tables["instruments"], policy),
        "sdgs": contributions(catalogue, summary, coverage, policy),
        "capacity": capacity(catalogue, summary, coverage, tables["aggregates"], tables["members"], policy),
    }


# --- the open side ------------------------------------------------------------------------------


def _render_sites(project: Path, sites: Sequence[Site], place: Output, jobs: int, progress: Progress) -> dict[str, int]:
    """Render every staged site in processes that see packages and themes only; files per site."""
    themes = _theme_directories(project)
    charts = place.cache / "charts"
    with writing(charts):
        charts.mkdir(parents=True, exist_ok=True)
    files: dict[str, int] = {}
    with _pool(jobs) as pool:
        tasks = [(site.id, place.staging / site.id, themes, charts) for site in sites]
        for done, (site_id, count) in enumerate(pool.map(_render_task, tasks), 1):
            files[site_id] = count
            progress("render", done, len(tasks))
    return files


def _render_task(task: tuple[str, Path, tuple[Path, ...], Path]) -> tuple[str, int]:
    site_id, root, themes, charts = task
    return site_id, _render_site(root, themes, charts)


def _render_site(root: Path, themes: tuple[Path, ...], charts: Path | None) -> int:
    """Render the package in `root`/data into `root` beside its downloads, check links and write the manifest."""
    from pmm_site.audit.links import link_findings
    from pmm_site.publish.downloads import write_downloads
    from pmm_site.render import render
    from pmm_site.render.charts import ChartStore

    with writing(root):
        write_downloads(root)
    files = {
        each.path: each.content for each in render(root / "data", theme_directories=themes, charts=ChartStore(charts))
    }
    with writing(root):
        _write(root, files)
    standing = {name: b"" for name, _ in paths_below(root) if name not in files}
    findings = link_findings({**standing, **files})
    if findings:
        raise WriteFailed(
            f"{len(findings)} broken links: nothing was published → mend the page or theme\n" + "\n".join(findings[:20])
        )
    with writing(root):
        write_manifest(root)
    return len(files) + len(standing) + 1


def _write(root: Path, files: dict[str, bytes]) -> None:
    for folder in sorted({(root / path).parent for path in files}):
        folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        with open(root / path, "wb") as stream:
            stream.write(content)


def _theme_directories(project: Path) -> tuple[Path, ...]:
    """Where themes are looked for, first wins: the project's, the source tree's, the installed package's."""
    here = Path(__file__).resolve().parent
    candidates = (project / "themes", here.parent / "themes", here / "themes")
    return tuple(dict.fromkeys(path.resolve() for path in candidates if path.is_dir()))


def _told(
    pool: Executor, stage: str, progress: Progress
) -> Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]:
    """The pool's `map`, in order, telling how far it is."""

    def run(function: Callable[[Any], Any], questions: Iterable[Any]) -> Iterator[Any]:
        asked = list(questions)
        for done, answer in enumerate(pool.map(function, asked), 1):
            progress(stage, done, len(asked))
            yield answer

    return run


def _pool(jobs: int) -> Executor:
    """Processes that begin empty: a forked one would inherit what its parent has seen, and the charts' threads."""
    return ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("forkserver"))
