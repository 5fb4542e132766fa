"""Where a broken link stands in the project's narrative pages: what renders has seen packages, and not these files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pmm_site.problems import BrokenLinks

_FINDING = re.compile(r"(?:content/)?(?P<language>[^/:]+)/(?P<slug>[^/:]+)\.(?:html|md): (?P<what>.*)")
_REFERENCE = re.compile(r"(?P<reference>.+?) (?:leads nowhere|is no relative link|is no part of .*)")


def placed(broken: BrokenLinks, project: Path) -> BrokenLinks:
    """The same with file and line of each link that a narrative page of the project holds, each of them once."""
    return BrokenLinks(dict.fromkeys(_placed(finding, project) for finding in broken.findings))


def _placed(finding: str, project: Path) -> str:
    found = _FINDING.fullmatch(finding)
    asked = _REFERENCE.fullmatch(found["what"]) if found else None
    if found and asked:
        written = re.compile(rf"(?<![\w./#-]){re.escape(asked['reference'])}(?![\w./#-])")
        for source in _sources(project, found["language"], found["slug"]):
            for number, line in enumerate(source.read_text("utf-8").splitlines(), 1):
                if written.search(line):
                    return f"{source.relative_to(project).as_posix()}:{number}: {found['what']}"
    return finding


def _sources(project: Path, language: str, slug: str) -> Iterator[Path]:
    """The page in its language, then in others: one that is not translated shows the text of the first language."""
    content = project / "content"
    folders = sorted(content.iterdir(), key=lambda folder: folder.name != language) if content.is_dir() else []
    yield from (path for folder in folders if (path := folder / f"{slug}.md").is_file())
