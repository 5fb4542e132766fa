"""From a release package to the files of a site: pages, search index, feeds and the theme's static files.

It reads the package's folder and the theme and nothing else; it imports nothing that has seen confidential
data. `render` is pure: it writes no file, and the same package and theme give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pmm_site.render.charts import ChartStore


class OutputFile(NamedTuple):
    """A file of a web root: its path with `/`, its bytes, and the parts that these were joined from, where they were.

    Parts that many files have are one and the same object, so that a reader can look at each of them once.
    """

    path: str
    content: bytes
    parts: tuple[bytes, ...] = ()


def render(
    package_directory: Path, *, theme_directories: Sequence[Path], charts: ChartStore | None = None
) -> Iterator[OutputFile]:
    """The files of a site from its release package, without `data/`, which is the package itself.

    theme_directories: folders that hold themes, the first that has the site's theme wins; `charts` keeps drawn
    charts (one in memory when None). PackageDamaged, ThemeProblem, UnknownWord say what is wrong.
    """
    from pmm_site.render.site import site_files  # jinja2, babel, yaml: only where a site is rendered

    yield from site_files(package_directory, theme_directories, charts)


def render_file(
    package_directory: Path, path: str, *, theme_directories: Sequence[Path], charts: ChartStore | None = None
) -> bytes | None:
    """One page or static file as `render` would make it; None for a file that is made of all pages, or is none."""
    from pmm_site.render.site import site_file

    return site_file(package_directory, path, theme_directories, charts)


def packaged_themes() -> Path:
    """The folder of the themes that the program brings: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent.parent / "themes"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "themes"
