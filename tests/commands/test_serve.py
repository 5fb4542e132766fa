"""The preview: files of sites and nothing else, on this machine and for its own names alone."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site import serve
from pmm_site.problems import InputProblems, Problem, UsageProblem
from pmm_site.serve import Preview
from pmm_site.stages.progress import Progress
from pmm_site.stages.workers import Workers
from tests.gates.servers import free_port, stop
from tests.publish.web_roots import SITES, canary, write_sites

if TYPE_CHECKING:
    from tests.conftest import Built

SECRET = "98.25 is nobody's business"
PAGE = "en/kpi/k.html"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with inputs, releases and a preview; what must never be served holds a word of its own."""
    write_sites(tmp_path / "build/preview/sites")
    for path in ("data/salt.txt", "data/cycles/c2024/values.csv", "releases/first/record.json", "site.yml",
                 "build/reports/suppression.csv", "build/preview/reports/inputs.json",
                 "build/preview/.cache/decisions/k",
                 "build/preview/.staging/wco/index.html", "build/sites/wco/index.html"):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(SECRET)
    return tmp_path


@pytest.fixture
def preview(project: Path, monkeypatch: pytest.MonkeyPatch) -> Preview:
    """The preview of sites that stand; nothing is built."""
    monkeypatch.setattr(serve, "build", lambda *_, **__: None)
    monkeypatch.setattr(serve, "site_ids", lambda _: SITES)
    return Preview(project, project / "build")


def ask(preview: Preview, path: str, host: str = "localhost:8000") -> tuple[str, dict[str, str], str]:
    """Status, headers and text of an answer."""
    heard: list[tuple[str, dict[str, str]]] = []
    told = preview(
        {"PATH_INFO": path, "HTTP_HOST": host}, lambda status, headers: heard.append((status, dict(headers)))
    )
    text = b"".join(told).decode("utf-8", "replace")
    return *heard[0], text


TRICKS = (
    "/reports/inputs.json", "/wco/../../reports/inputs.json", "/wco/../../../reports/suppression.csv",
    "/wco/../../../../data/salt.txt", "/wco//../../../../../data/salt.txt", "/../data/salt.txt", "/data/salt.txt",
    "/wco/../../.cache/decisions/k", "/.cache/decisions/k", "/wco/../../.staging/wco/index.html", "/.staging/wco/",
    "/wco/../../../../releases/first/record.json", "/releases/first/record.json", "/./wco/../../reports/inputs.json",
    "/wco/en/../../../reports/inputs.json", "/wco/\0", "/wco/index.html\0", "/wco/..",
    "/wco/../../../sites/wco/index.html",
    "/WCO/index.html", "//etc/passwd", "/wco//etc/passwd", "/wco/" + "a" * 5000, "/../../../../../../etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_nothing_but_sites_is_served(preview: Preview, path: str) -> None:
    """No way of writing a path leads to reports, inputs, releases, the cache, the staging area or the machine."""
    status, _, text = ask(preview, path)
    assert status.startswith(("404", "302"))
    assert SECRET not in text
    assert "root:" not in text


def test_a_link_in_a_site_leads_nowhere_else(preview: Preview, project: Path) -> None:
    """A symlink in a web root to what lies outside of it is not followed."""
    (project / "build/preview/sites/wco/salt.txt").symlink_to(project / "data/salt.txt")
    (project / "build/preview/sites/wco/data2").symlink_to(project / "data")
    for path in ("/wco/salt.txt", "/wco/data2/salt.txt"):
        assert SECRET not in ask(preview, path)[2]


@pytest.mark.parametrize(
    "host", ["pmm.evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost.evil"]
)
def test_another_name_for_this_machine_gets_nothing(preview: Preview, host: str) -> None:
    """A page of somebody else whose name was pointed at this machine cannot read a site through it."""
    status, _, text = ask(preview, f"/country-ken/{PAGE}", host)
    assert (status, "figures of" in text) == ("403 Forbidden", False)
    for own in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert canary("country-ken", PAGE) in ask(preview, f"/country-ken/{PAGE}", own)[2]


def test_answers_are_neither_kept_nor_lent(preview: Preview) -> None:
    """No page, script or table of a preview is cached, or can be loaded into a page from elsewhere."""
    for path in (f"/wco/{PAGE}", "/wco/data/values.csv", "/wco/nothing"):
        headers = ask(preview, path)[1]
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_bar_stands_in_the_preview_alone(preview: Preview, project: Path) -> None:
    """A page as served has the bar with every site; the file that it was made from has none."""
    text = ask(preview, f"/wco/{PAGE}")[2]
    assert [f'value="/{site}/{PAGE}"' in text for site in SITES] == [True] * len(SITES)
    assert "not part of any build" in text
    assert '<select style="color:#111;background:#fff"' in text  # whatever colours the theme gives to fields
    assert "<select" not in (project / "build/preview/sites/wco" / PAGE).read_text()


def test_problems_are_shown_in_the_browser(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems of the inputs take the place of the page, as text, and go when they are mended."""

    def refused(*_: object, **__: object) -> None:
        raise InputProblems(
            [Problem("values-level", "data/cycles/c2024/values.csv", "<b>pubic</b> is no level", line=7)]
        )

    monkeypatch.setattr(serve, "build", refused)
    preview.changed()
    text = ask(preview, f"/wco/{PAGE}")[2]
    assert "data/cycles/c2024/values.csv:7: &lt;b&gt;pubic&lt;/b&gt; is no level" in text
    assert "figures of" not in text
    monkeypatch.setattr(serve, "site_ids", refused)
    preview.changed()
    assert "values-level" in ask(preview, "/")[2]
    monkeypatch.undo()
    monkeypatch.setattr(serve, "build", lambda *_, **__: None)
    monkeypatch.setattr(serve, "site_ids", lambda _: SITES)
    assert canary("wco", PAGE) in ask(preview, f"/wco/{PAGE}")[2]


@pytest.mark.parametrize("part", ["build", "site_ids", "drafted"])
def test_a_failure_of_the_program_is_told_without_its_own_words(
    part: str, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that quotes a value becomes a line with its kind and place: in the browser, and nowhere else."""

    def failing(*_: object, **__: object) -> None:
        raise ValueError("could not convert 71.2537")

    monkeypatch.setattr(serve, part, failing)
    monkeypatch.setattr(serve, "stands_but_for_themes", lambda *_: part == "drafted")
    text = ask(preview, f"/wco/{PAGE}")[2]
    assert "internal failure (ValueError" in text
    assert "71.2537" not in text
    if preview.behind is not None:
        preview.behind.join(30)


def test_a_file_that_vanishes_is_told(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a site is put in its place a file may be there when it is looked for, and gone when it is read."""
    ask(preview, "/wco/index.html")
    monkeypatch.setattr(serve, "_inside", lambda root, path: root / "gone.html")
    assert "internal failure (FileNotFoundError" in ask(preview, "/wco/index.html")[2]


class Builds:
    """A build that waits until it is let go, and then says what it was told to say."""

    def __init__(self) -> None:
        self.go, self.count, self.problem = threading.Event(), 0, ""
        self.told, self.finished = threading.Event(), 0

    def __call__(self, *_: object, progress: Progress, **__: object) -> None:
        """Stands in for `build`."""
        self.count += 1
        progress("disclose", 3, 7)
        self.told.set()
        assert self.go.wait(30)
        progress("disclose", 4, 7)
        self.finished += 1
        if self.problem:
            raise UsageProblem(self.problem)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch, preview: Preview) -> Builds:
    """Builds under control, beside sites of which only the theme has changed; a draft is told by its own word."""
    waiting = Builds()
    monkeypatch.setattr(serve, "build", waiting)
    monkeypatch.setattr(serve, "stands_but_for_themes", lambda *_: True)
    monkeypatch.setattr(serve, "drafted", lambda *asked, **_: b"a draft" if asked[3] == PAGE else None)
    return waiting


def test_a_page_is_shown_while_its_site_is_built(preview: Preview, builds: Builds) -> None:
    """The theme's change is seen at once, what is made of all pages as it stands; then the page that was proven."""
    assert "a draft" in ask(preview, f"/wco/{PAGE}")[2]
    assert canary("wco", "en/index.html") in ask(preview, "/wco/en/index.html")[2]
    builds.go.set()
    assert preview.behind is not None
    preview.behind.join(30)
    assert canary("wco", PAGE) in ask(preview, f"/wco/{PAGE}")[2]
    assert builds.count == 1


def test_a_browser_is_told_how_far_a_long_build_is(
    preview: Preview, builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks at an empty window: a page says what is at work and asks again by itself until the site is there."""
    monkeypatch.setattr(serve, "stands_but_for_themes", lambda *_: False)
    monkeypatch.setattr(serve, "PATIENCE", 0.0)
    ask(preview, f"/wco/{PAGE}")
    assert builds.told.wait(30)
    status, headers, text = ask(preview, f"/wco/{PAGE}")
    assert (status, headers["Refresh"]) == ("200 OK", "1")
    assert "wco is being built (disclose: 3 of 7)" in text
    assert "wco is being built" in ask(preview, f"/country-ken/{PAGE}")[2]  # one after the other
    builds.go.set()
    assert preview.behind is not None
    preview.behind.join(30)
    _, headers, text = ask(preview, f"/wco/{PAGE}")
    assert canary("wco", PAGE) in text
    assert "Refresh" not in headers
    assert builds.count == 1


def test_a_problem_of_a_long_build_is_told(preview: Preview, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong takes the place of the page that waits."""
    monkeypatch.setattr(serve, "stands_but_for_themes", lambda *_: False)
    monkeypatch.setattr(serve, "PATIENCE", 0.0)
    builds.problem = "2 broken links"
    assert "is being built" in ask(preview, f"/wco/{PAGE}")[2]
    builds.go.set()
    assert preview.behind is not None
    preview.behind.join(30)
    assert "2 broken links" in ask(preview, f"/wco/{PAGE}")[2]


def test_a_preview_that_ends_gives_up_its_build(preview: Preview, builds: Builds) -> None:
    """Nobody waits after Ctrl+C for a site that nobody will look at."""
    ask(preview, f"/wco/{PAGE}")
    assert builds.told.wait(30)
    ending = threading.Thread(target=preview.close)
    ending.start()
    builds.go.set()
    ending.join(30)
    assert preview.behind is not None
    assert not preview.behind.is_alive()
    assert builds.finished == 0


def test_a_preview_knows_what_builds_have_decided(built: Built, tmp_path: Path) -> None:
    """It decides nothing again, and keeps nothing in a folder of its own but its sites and their reports."""
    project = Path(shutil.copytree(built.small().parent / "project", tmp_path / "project"))
    shutil.copytree(built.small(), project / "build")
    decisions = project / "build" / ".cache" / "decisions"
    known = {path: path.stat().st_ino for path in decisions.rglob("*")}
    preview = Preview(project, project / "build")
    preview.workers = Workers(1)
    while "is being built" in (text := ask(preview, "/public/en/index.html")[2]):
        assert preview.behind is not None
        preview.behind.join(60)
    assert "<h1" in text
    assert {path: path.stat().st_ino for path in decisions.rglob("*")} == known
    assert not (project / "build" / "preview" / ".cache").exists()


def test_what_is_wrong_behind_a_draft_takes_its_place(preview: Preview, builds: Builds) -> None:
    """The browser is told to look again and shows the problem once; it is not asked to look for ever."""
    told: list[None] = []
    preview.reload = lambda: told.append(None)
    builds.problem = "2 broken links"
    builds.go.set()
    assert "a draft" in ask(preview, f"/wco/{PAGE}")[2]
    assert preview.behind is not None
    preview.behind.join(30)
    assert len(told) == 1
    assert "2 broken links" in ask(preview, f"/wco/{PAGE}")[2]
    assert (len(told), builds.count) == (1, 1)


def test_a_change_while_a_site_is_built_is_not_lost(preview: Preview, builds: Builds) -> None:
    """What was built from the files as they were before is no fresh site."""
    ask(preview, f"/wco/{PAGE}")
    assert builds.told.wait(30)
    preview.changed()
    builds.go.set()
    assert preview.behind is not None
    preview.behind.join(30)
    assert (builds.count, builds.finished) == (1, 0)  # given up on the way
    assert "a draft" in ask(preview, f"/wco/{PAGE}")[2]
    preview.behind.join(30)
    assert (builds.count, builds.finished) == (2, 1)
    assert canary("wco", PAGE) in ask(preview, f"/wco/{PAGE}")[2]


def test_a_problem_of_the_theme_is_shown_at_once(
    preview: Preview, builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that cannot be read is told by the draft; nobody waits for the build."""

    def broken(*_: object, **__: object) -> bytes:
        raise UsageProblem("kpi.html:3: unexpected end")

    monkeypatch.setattr(serve, "drafted", broken)
    assert "kpi.html:3: unexpected end" in ask(preview, f"/wco/{PAGE}")[2]
    builds.go.set()


@pytest.fixture
def port(project: Path) -> Iterator[int]:
    """A real server of the preview in a process of its own, begun as the command begins it."""
    number = free_port()
    script = (
        "import sys, pathlib; from pmm_site import serve\n"
        f"serve.build = lambda *_, **__: None; serve.site_ids = lambda _: {SITES!r}\n"
        "project = pathlib.Path(sys.argv[1])\n"
        "serve.serve(project, 'wco', output=project / 'build', port=int(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(project), str(number)], stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", number, timeout=5).connect()
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    yield number
    stop(process)


def test_the_server_listens_here_alone_and_serves_no_more(port: int) -> None:
    """Over a real connection: this machine's loopback only, no path written raw leaves the sites, no traceback."""
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.2", port, timeout=5).connect()
    raw = ["/wco/%2e%2e/%2e%2e/reports/inputs.json", "/wco/..%2f..%2freports%2finputs.json", "/wco/%00", "/wco/%ff%fe",
           "//wco/../../../data/salt.txt", "/wco/%252e%252e/", "/%2e%2e/%2e%2e/data/salt.txt", "/static/x",
           "/favicon.ico"]  # fmt: skip
    for path in (*raw, *(trick for trick in TRICKS if trick.isprintable())):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", f"127.0.0.1:{port}")
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        assert answer.status in (302, 400, 404), path
        assert SECRET not in text, path
        assert "Traceback" not in text, path
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/wco/{PAGE}")
    assert canary("wco", PAGE) in connection.getresponse().read().decode()
