"""The open side of a build: release packages → pages.

The processes that render get paths of release packages and of themes, and nothing else: they have seen no confidential
value.
"""

from __future__ import annotations

import functools
import gc
import shutil
from collections.abc import Container, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.folder_cache import FolderCache
from pmm_site.problems import BrokenLinks, UsageProblem
from pmm_site.publish import MANIFEST, WebRoot, paths_below
from pmm_site.publish.staging import copy_files, replace_folder, writing
from pmm_site.stages.progress import Progress
from pmm_site.stages.workers import Workers, give_back

if TYPE_CHECKING:
    from pmm_site.render.charts import ChartStore

Task = tuple[Path, Path | None, tuple[Path, ...], Path | None]
"""A staged web root, the web root that stands, the folders of themes, and that of drawn charts."""


def render_sites(
    roots: Iterable[tuple[Path, Path | None]],
    *,
    themes: tuple[Path, ...],
    charts: Path,
    workers: Workers,
    progress: Progress,
) -> dict[str, int]:
    """Render staged web roots, each of which holds its release package in `data`; the number of files by site id.

    roots: each staged web root with the one of the same site that stands (None where it is not as a build left it),
    whose files are shared where their content is equal. It may be a generator: the first are rendered while the last
    are still being staged. charts: the folder in which drawn charts are kept between sites and builds.
    Raises BrokenLinks, ThemeProblem, PackageDamaged or WriteFailed.
    """
    with writing(charts):
        charts.mkdir(parents=True, exist_ok=True)
    files: dict[str, int] = {}
    with workers.opened("render") as processes:
        tasks = {
            staged.name: processes.submit(_render, (staged, standing, themes, charts)) for staged, standing in roots
        }
        for name, task in tasks.items():
            files[name] = task.result()
            progress("render", len(files), len(tasks))
    if files:
        FolderCache(charts).trim()
    return files


def render_package(package: Path, output: Path, *, themes: tuple[Path, ...]) -> int:
    """Render one site from its release package alone into the web root `output`; the number of its files.

    Of the folder `package` only the files of a release package are read. Raises UsageProblem where it holds none, or
    where something other than a web root stands at `output`; PackageDamaged.
    """
    if not (package / "datapackage.json").is_file():
        raise UsageProblem(f"{package}: no release package stands here → give the folder data/ of a site")
    output = output.absolute()
    if output.is_file() or (output.is_dir() and any(output.iterdir()) and not (output / MANIFEST).is_file()):
        raise UsageProblem(f"{output}: something other than a site stands here → give --output another folder")
    staged = output.parent / f".{output.name}.staging"
    names = _names_of(package)
    try:
        with writing(output):
            shutil.rmtree(staged, ignore_errors=True)
            copy_files(package, names, staged / "data")
        count = _render((staged, None, themes, None))
        replace_folder(staged, output)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return count


def _names_of(package: Path) -> tuple[str, ...]:
    """The names of the files of a release package; PackageDamaged where one is missing or does not fit the others."""
    from pmm_site.package import PackageDamaged, files, read

    expected = files(read(package))
    for name, content in expected.items():
        if not (package / name).is_file():
            raise PackageDamaged(f"{package / name}: missing → copy data/ of the built site again")
        if not (package / name).resolve().is_relative_to(package.resolve()):
            raise PackageDamaged(f"{package / name}: a link leads out of the package → put the file itself there")
        if name.startswith("kpi/") and (package / name).read_bytes() != content:
            raise PackageDamaged(
                f"{package / name}: these are not the rows of values.csv → copy data/ of the built site again"
            )
    return tuple(expected)


def draft(root: Path, path: str, *, themes: tuple[Path, ...], charts: Path, workers: Workers) -> bytes | None:
    """The page or static file at `path`, rendered from the package of a web root that stands; None for other files.

    Raises ThemeProblem and what else rendering raises. Nothing is written, and nothing audits these bytes.
    """
    with workers.opened("draft") as processes:
        return processes.submit(_draft, root, path, themes, charts).result()


def copy_package(standing: Path, staged: Path) -> None:
    """Copy the release package of a web root that stands, without narrative pages and without downloads."""
    from pmm_site.package import CONTENT
    from pmm_site.publish.downloads import names_in_package

    package = standing / "data"
    names = (name for name in names_in_package(package) if not name.startswith(f"{CONTENT}/"))
    copy_files(package, names, staged / "data")


def packaged_themes() -> Path:
    """The folder of the themes that the program brings."""
    from pmm_site import render

    return render.packaged_themes()


def theme_directories(project: Path) -> tuple[Path, ...]:
    """Where themes are looked for, the first wins: the project's, then those that the program brings."""
    candidates = (project / "themes", packaged_themes())
    return tuple(dict.fromkeys(path.resolve() for path in candidates if path.is_dir()))


def _render(task: Task) -> int:
    """Render one site with the garbage collector off: it would look again and again through what is kept for others."""
    gc.disable()
    try:
        return _rendered(*task)
    finally:
        gc.collect(0)  # only what this site made
        gc.enable()
        give_back()


def _rendered(root: Path, standing: Path | None, themes: tuple[Path, ...], charts: Path | None) -> int:
    """Render the package in a staged web root into it, check the links and write the manifest.

    Pages are written as they are made: all of them together would be most of what a process holds.
    """
    from pmm_site.audit.links import Links
    from pmm_site.publish.downloads import downloads
    from pmm_site.render import render

    package = [path for path, _ in paths_below(root)]
    links = Links(package)
    with writing(root):
        web_root = WebRoot(root, standing)
    for path, content, parts in render(root / "data", theme_directories=themes, charts=_store(charts)):
        links.add(path, content, parts)
        with writing(root):
            web_root.write(path, content)
    with writing(root):
        further_files = downloads(root)
    for path, content in further_files.items():
        links.add(path, content)
        with writing(root):
            web_root.write(path, content)
    findings = links.findings()
    if findings:
        raise BrokenLinks(_with_source(finding, package) for finding in findings)
    with writing(root):
        return web_root.finish()


def _draft(root: Path, path: str, themes: tuple[Path, ...], charts: Path) -> bytes | None:
    from pmm_site.render import render_file

    try:
        return render_file(root / "data", path, theme_directories=themes, charts=_store(charts))
    except FileNotFoundError:  # the site is being put in place at this moment
        return None


def _with_source(finding: str, package: Container[str]) -> str:
    """A finding on a page that was written by hand, with the name of its source; any other as it is."""
    page, separator, what = finding.partition(".html: ")
    return f"content/{page}.md: {what}" if separator and f"data/content/{page}.md" in package else finding


@functools.cache
def _store(directory: Path | None) -> ChartStore:
    """The store of drawn charts of this process; the folder, if there is one, is shared by all processes."""
    from pmm_site.render.charts import ChartStore

    return ChartStore(directory)
