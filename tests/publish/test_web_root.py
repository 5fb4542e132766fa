"""A web root that is written file by file: what is unchanged is shared with the site that stands, and never harmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmm_site.publish import MANIFEST, WebRoot, mismatches

FILES = {"index.html": b"home", "en/a.html": b"page", "en/kpi/b.html": b"another"}


def written(root: Path, files: dict[str, bytes], standing: Path | None = None) -> WebRoot:
    """A finished web root of these files."""
    root.mkdir()
    found = WebRoot(root, standing)
    for path, content in files.items():
        found.write(path, content)
    assert found.finish() == len(files) + 1
    return found


def test_the_manifest_tells_every_file(tmp_path: Path) -> None:
    """Files that were there before count as well; what is written agrees with it."""
    root = tmp_path / "site"
    (root / "data").mkdir(parents=True)
    (root / "data" / "values.csv").write_text("value\n")
    web_root = WebRoot(root)
    for path, content in FILES.items():
        web_root.write(path, content)
    assert web_root.finish() == len(FILES) + 2
    assert mismatches(root) == ()
    listed = [entry["path"] for entry in json.loads((root / MANIFEST).read_text("utf-8"))["files"]]
    assert listed == sorted({*FILES, "data/values.csv"})


@pytest.mark.parametrize("path", ["../evil.html", "en/../../evil.html", "/tmp/evil.html"])
def test_nothing_is_written_outside(path: str, tmp_path: Path) -> None:
    """Whatever made a path that leads out of the web root, no file is written there."""
    (tmp_path / "site").mkdir()
    with pytest.raises(ValueError, match="out of the web root"):
        WebRoot(tmp_path / "site").write(path, b"x")
    assert [each.name for each in tmp_path.rglob("*")] == ["site"]


def test_what_is_unchanged_is_shared(tmp_path: Path) -> None:
    """One file on the disk for both sites where the bytes are the same, a file of its own for what changed."""
    written(tmp_path / "old", FILES)
    written(tmp_path / "new", {**FILES, "en/a.html": b"changed"}, tmp_path / "old")
    shared = {path for path in FILES if (tmp_path / "old" / path).samefile(tmp_path / "new" / path)}
    assert shared == {"index.html", "en/kpi/b.html"}


def test_a_file_written_twice_never_reaches_the_site_that_stands(tmp_path: Path) -> None:
    """A theme's own file may take the place of one that was made before it, and was shared a moment ago."""
    written(tmp_path / "old", FILES)
    (tmp_path / "new").mkdir()
    web_root = WebRoot(tmp_path / "new", tmp_path / "old")
    for content in (FILES["en/a.html"], b"another"):
        web_root.write("en/a.html", content)
    web_root.finish()
    assert (tmp_path / "old" / "en/a.html").read_bytes() == FILES["en/a.html"]
    assert (tmp_path / "new" / "en/a.html").read_bytes() == b"another"
    assert mismatches(tmp_path / "old") == mismatches(tmp_path / "new") == ()
