"""The output folder: whatever goes wrong, each web root holds the old site or the new one, whole."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmm_site.problems import UsageProblem, WriteFailed
from pmm_site.publish import Output, WebRoot, mismatches, staging

ROOT = Path(__file__).parents[2]


def site(folder: Path, text: str) -> None:
    """A web root of two pages and a manifest that must always agree."""
    folder.mkdir(parents=True)
    for name in ("a.html", "b.html", "manifest.json"):
        (folder / name).write_text(text)


def standing(output: Output, name: str = "public") -> set[str]:
    """What the files of a standing site say: one word when it is whole."""
    return {path.read_text() for path in (output.sites / name).iterdir()}


def test_a_staged_site_takes_the_place_of_the_standing_one(tmp_path: Path) -> None:
    """After the swap the new site stands whole and nothing of the old one is left anywhere."""
    output = Output(tmp_path)
    for text in ("old", "new"):
        with output.opened():
            site(output.staging / "public", text)
            output.swap_in("public")
    assert standing(output) == {"new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "reports", "sites"]
    assert [path.name for path in output.sites.iterdir()] == ["public"]


def test_without_an_exchange_the_old_site_is_moved_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that cannot exchange two folders gets the same result by two renames."""
    monkeypatch.setattr(staging, "_exchanged", lambda new, place: False)
    test_a_staged_site_takes_the_place_of_the_standing_one(tmp_path)


def test_without_an_exchange_a_failure_puts_the_old_site_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new site cannot take the place of the one moved aside, the old one stands again, as the message says."""
    monkeypatch.setattr(staging, "_exchanged", lambda new, place: False)
    output, rename = Output(tmp_path), Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path == output.staging / "public":
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(path, target)

    site(output.sites / "public", "old")
    with output.opened():
        site(output.staging / "public", "new")
        monkeypatch.setattr(Path, "rename", failing)
        with pytest.raises(WriteFailed, match="what stood before still stands"):
            output.swap_in("public")
    assert standing(output) == {"old"}
    assert [path.name for path in output.sites.iterdir()] == ["public"]


def test_a_site_moved_aside_by_a_killed_build_is_put_back(tmp_path: Path) -> None:
    """When the process died between the two renames, the next opening restores the old site."""
    output = Output(tmp_path)
    site(output.sites / ".public.before", "old")
    with output.opened():
        assert standing(output) == {"old"}


@pytest.mark.parametrize("other", ["public/notes.txt", "poems/spring.txt", "letter.txt"])
def test_what_is_no_site_stops_a_build_before_it_writes_anything(other: str, tmp_path: Path) -> None:
    """Only what a build has made may be replaced or taken away: anything else in `sites` is told and left."""
    output = Output(tmp_path)
    (output.sites / other).parent.mkdir(parents=True)
    (output.sites / other).write_text("mine")
    with pytest.raises(UsageProblem, match="something other than a site stands here"), output.opened():
        pass
    assert (output.sites / other).read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["sites"]


def test_only_sites_are_counted_as_such(tmp_path: Path) -> None:
    """A folder without a site's manifest is none of the sites that stand, and is not taken away as one."""
    output = Output(tmp_path)
    site(output.sites / "public", "text")
    (output.sites / "empty").mkdir()
    with output.opened():
        assert output.standing() == ("public",)
        output.remove(["empty", "public"])
    assert [path.name for path in output.sites.iterdir()] == ["empty"]


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    """The second build is told in words that another one is at work; the first is not disturbed."""
    with Output(tmp_path).opened(), pytest.raises(WriteFailed, match="another build"), Output(tmp_path).opened():
        pass


def test_killed_at_any_moment_each_site_is_whole(tmp_path: Path) -> None:
    """Builds killed without warning while they swap leave every web root whole, and the next build works."""
    script = (
        "import sys, pathlib\n"
        "from pmm_site.publish import Output\n"
        "output = Output(pathlib.Path(sys.argv[1])); n = 0\n"
        "while True:\n"
        "    with output.opened():\n"
        "        new = output.staging / 'public'; new.mkdir(); n += 1\n"
        "        for name in ('a.html', 'b.html', 'manifest.json'): (new / name).write_text(f'{sys.argv[2]}-{n}')\n"
        "        output.swap_in('public')\n"
    )
    output = Output(tmp_path)
    for attempt in range(8):
        process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(attempt)])
        while not (output.sites / "public").exists():
            time.sleep(0.005)
        time.sleep(0.05 + 0.013 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(standing(output)) == 1, attempt
    with output.opened():
        site(output.staging / "public", "end")
        output.swap_in("public")
    assert standing(output) == {"end"}


def test_a_release_killed_before_any_step_is_finished_by_the_same_command(tmp_path: Path) -> None:
    """Killed before each thing it does to the file system, from the record of the release to its last report.

    Every web root is the old or the new site, the release is recorded whole or not at all; the same command again
    ends with the new sites, the same record, and nothing stale or half written anywhere.
    """
    command = [sys.executable, "-m", "tests.publish.stopped_release", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert [line for line in lines if not line.endswith(" 9 well")] == []
    assert {line.split()[0] for line in lines} >= {"open", "os.mkdir", "os.rename", "ctypes.dlsym"}
    assert len(lines) > 30


def test_a_folder_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    """A file where the output folder should be: a message with the next step."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteFailed, match="could not be written"), Output(tmp_path / "file").opened():
        pass


def test_the_manifest_equals_what_stands_there(tmp_path: Path) -> None:
    """A file added, changed or taken away after the manifest was written is named."""
    site(tmp_path / "root", "text")
    root = tmp_path / "root"
    WebRoot(root).finish()
    assert mismatches(root) == ()
    (root / "a.html").write_text("other")
    (root / "b.html").unlink()
    (root / "c.html").write_text("new")
    assert mismatches(root) == ("missing b.html", "unlisted c.html", "changed a.html")
    (root / "manifest.json").write_text("{")
    assert mismatches(root) == ("no manifest",)
