"""The open side of a build: release packages → pages.

Its processes are given folders of release packages and of themes, and nothing else.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.problems import WriteFailed
from pmm_site.progress import Progress, silent
from pmm_site.publish import write_manifest
from pmm_site.publish.staging import writing

if TYPE_CHECKING:
    from pmm_site.render.charts import ChartStore

Task = tuple[Path, tuple[Path, ...], Path | None]


def render_sites(
    roots: Sequence[Path], *, themes: tuple[Path, ...], charts: Path, jobs: int, progress: Progress = silent
) -> dict[str, int]:
    """Render every staged web root that holds its package in `data`; the number of files by name of the root."""
    with writing(charts):
        charts.mkdir(parents=True, exist_ok=True)
    tasks: list[Task] = [(root, themes, charts) for root in roots]
    files: dict[str, int] = {}
    with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("forkserver")) as processes:
        for done, (root, count) in enumerate(zip(roots, processes.map(_render, tasks), strict=True), 1):
            files[root.name] = count
            progress("render", done, len(tasks))
    return files


def render_package(package: Path, output: Path, *, themes: tuple[Path, ...]) -> int:
    """Render one site from its release package alone; `output` becomes the web root. Gives the number of files."""
    staged = output.parent / f".{output.name}.staging"
    with writing(output):
        shutil.rmtree(staged, ignore_errors=True)
        shutil.copytree(package, staged / "data")
    try:
        count = _render((staged, themes, None))
        with writing(output):
            shutil.rmtree(output, ignore_errors=True)
            staged.rename(output)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return count


def theme_directories(project: Path) -> tuple[Path, ...]:
    """Where themes are looked for, the first wins: the project's, then those that the program brings."""
    from pmm_site.render import packaged_themes

    candidates = (project / "themes", packaged_themes())
    return tuple(dict.fromkeys(path.resolve() for path in candidates if path.is_dir()))


def _render(task: Task) -> int:
    """Render the package in `root`/data into `root`, check its links and write its manifest."""
    from pmm_site.audit.links import link_findings
    from pmm_site.publish.downloads import write_downloads
    from pmm_site.render import render

    root, themes, charts = task
    with writing(root):
        write_downloads(root)
    standing = {path.relative_to(root).as_posix(): b"" for path in root.rglob("*") if path.is_file()}
    files = {each.path: each.content for each in render(root / "data", theme_directories=themes, charts=_store(charts))}
    findings = link_findings({**standing, **files})
    if findings:
        raise WriteFailed(
            f"{len(findings)} broken links: nothing was published → mend the page or theme\n" + "\n".join(findings[:20])
        )
    with writing(root):
        _write(root, files)
        write_manifest(root)
    return len(files) + len(standing) + 1


@functools.cache
def _store(directory: Path | None) -> ChartStore:
    """Drawn charts, kept in memory for all sites of a process and in the folder for all processes."""
    from pmm_site.render.charts import ChartStore

    return ChartStore(directory)


def _write(root: Path, files: dict[str, bytes]) -> None:
    for folder in sorted({(root / path).parent for path in files}):
        folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        with open(root / path, "wb") as stream:
            stream.write(content)
