"""A release that is killed before each thing it does to the file system, and what the same command makes of it.

Run as a program: it builds a release of a small project up to the moment where anything is written down or seen, and
from there goes on in a copy of itself for every step, each killed a little later. Prints one line per step.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmm_site import build
from pmm_site.demo import write_new
from pmm_site.disclose import read_history
from pmm_site.publish import Output, WebRoot, mismatches
from pmm_site.stages import recording, rendering
from tests.publish.web_roots import write_sites

CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.copytree", "ctypes.dlsym"}
"""What Python tells before it is done; `ctypes.dlsym` comes before two folders change places."""


class Stopped:
    """The project with its output, as they stand when the release begins to be written down."""

    def __init__(self, folder: Path) -> None:
        self.project, self.before = folder / "project", folder / "before"
        self.output = self.project / "build"
        write_new(self.project)
        settings = (self.project / "site.yml").read_text()
        for old, new in (("wco: true", "wco: false"), ("unions: all", "unions: none"), ("participants", "[KEN]")):
            settings = settings.replace(old, new)
        (self.project / "site.yml").write_text(settings)
        write_sites(self.output / "sites")

    def put_back(self) -> None:
        """Everything as it stood."""
        shutil.rmtree(self.project)
        shutil.copytree(self.before, self.project)

    def wrong(self) -> Iterator[str]:
        """What a reader, or the next build, would find half done."""
        new, old = self.before / "build/.staging", self.before / "build/sites"
        for root in sorted((self.output / "sites").glob("[!.]*")):
            known = [other / root.name for other in (old, new) if (other / root.name).exists()]
            if mismatches(root) or not any(manifest(root) == manifest(each) for each in known):
                yield f"{root.name} is neither the old site nor the new one"
        for site in ("public", "country-ken"):
            if not (self.output / "sites" / site).is_dir():
                yield f"{site} is gone"
        records = read_history(self.project / "releases").records
        shown = [each.name for each in (self.project / "releases").glob("[!.]*")]
        if shown != [record.name for record in records]:
            yield "releases/ holds what is no release"
        for name in shown:
            if len(list((self.project / "releases" / name / "packages").iterdir())) != 2:
                yield "a release is recorded in part"

    def unfinished(self) -> Iterator[str]:
        """What is not as it must be after the same command was given again."""
        yield from self.wrong()
        for site in ("public", "country-ken"):
            if manifest(self.output / "sites" / site) != manifest(self.before / "build/.staging" / site):
                yield f"{site} is the old site"
        if sorted(os.listdir(self.output / "sites")) != ["country-ken", "public"]:
            yield "something stale stands in sites/"
        if sorted(os.listdir(self.project / "releases")) != [".lock", "first"]:
            yield "something unexplained stands in releases/"
        if [name for name in os.listdir(self.output / "reports") if name.startswith(".")]:
            yield "something half written stands in reports/"


def manifest(root: Path) -> str:
    """The text of a manifest."""
    return (root / "manifest.json").read_text()


def in_a_copy() -> int | None:
    """Go on in a copy of this process: None there; here 0 once it has ended, or the signal that killed it."""
    child = os.fork()
    if child == 0:
        return None
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the build failed"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_before(step: int, folder: Path, seen: list[str]) -> None:
    """From now on count what is done in a folder, and die before the step of that number."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or (event == "open" and not str(arguments[1] or "").strip("rbt")):
            return
        if event != "ctypes.dlsym" and not str(arguments[0]).startswith(str(folder)):
            return
        seen.append(event)
        if len(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def main(folder: Path) -> None:
    """Kill the release before every step that is not one more file of a package, and before some of those."""
    stopped = Stopped(folder)
    go_on, seen, held = recording.write_record, [], contextlib.ExitStack()

    def at_the_moment(*arguments: Any) -> None:
        """In this process never left; in its copies left as if nothing had happened."""
        shutil.copytree(stopped.project, stopped.before)
        if in_a_copy() is None:
            killed_before(0, stopped.project, seen)
            return go_on(*arguments)
        events = json.loads((folder / "steps.json").read_text())
        files = [at for at, event in enumerate(events, 1) if event == "open"]
        for step in sorted({at for at, event in enumerate(events, 1) if event != "open"} | set(files[::8])):
            stopped.put_back()
            killed = in_a_copy()
            if killed is None:
                killed_before(step, stopped.project, [])
                return go_on(*arguments)
            wrong = list(stopped.wrong())
            if in_a_copy() is None:
                again(arguments[0])
                return go_on(*arguments)
            print(f"{events[step - 1]} {killed} {'; '.join([*wrong, *stopped.unfinished()]) or 'well'}", flush=True)
        os._exit(0)

    def again(project: Any) -> None:
        """The same command once more: it tidies up, and makes the same packages and sites."""
        held.enter_context(recording.recording(project, ()))
        place = held.enter_context(Output(stopped.output).opened())
        shutil.copytree(stopped.before / "build/.staging", place.staging, dirs_exist_ok=True)

    def unrendered(roots: Any, **_: Any) -> dict[str, int]:
        staged = [root for root, _ in roots]
        for root in staged:
            WebRoot(root).finish()
        return {root.name: 1 for root in staged}

    recording.write_record = at_the_moment
    rendering.render_sites = unrendered
    build._audit = lambda *_, **__: None
    build.build(stopped.project, stopped.output, release="first")
    if not (folder / "steps.json").exists():
        (folder / "steps.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
