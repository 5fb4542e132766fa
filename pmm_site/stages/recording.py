"""The record of a release: who was shown what, written to `releases/<name>/` before anybody can see it.

A release is recorded once, and whole. Making it again has to give the same record and the same packages, else it is
refused. So a build that was stopped while it published is finished by giving the same command again.
"""

from __future__ import annotations

import contextlib
import filecmp
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.model import PREVIEW
from pmm_site.problems import DisclosureRefused, UsageProblem, counted
from pmm_site.publish.downloads import names_in_package
from pmm_site.publish.staging import alone, copy_files, replace_folder, writing
from pmm_site.stages.confidential import Project

if TYPE_CHECKING:
    from pmm_site.disclose import Assembly

LONGEST_NAME = 64
_UNFINISHED = ".staging"


@contextlib.contextmanager
def recording(project: Project, sites: Sequence[str]) -> Iterator[None]:
    """Lock the folder `releases` of the project while a release is made; nothing is locked for a preview.

    Raises UsageProblem when only some sites are asked for, when the name is no plain one, and when it is that of a
    release after which others were made; WriteFailed when another release of the project is being made.
    """
    if project.release is None:
        yield
        return
    if sites:
        raise UsageProblem("--release publishes all sites together: leave --site out")
    refuse_name(project.release)
    releases = project.folder / "releases"
    with alone(releases, "another release of this project is being made: wait for it"):
        with writing(releases):
            for unfinished in releases.glob(f".*{_UNFINISHED}"):
                shutil.rmtree(unfinished)
        if any(record.name == project.release for record in project.history.records):
            raise UsageProblem(
                f"--release {project.release}: there is such a release, and later ones → give the new one another name"
            )
        yield


def refuse_name(release: str) -> None:
    """UsageProblem unless the name is made of small letters, digits and hyphens and no system refuses such a folder."""
    from pmm_site.load.codelists import RESERVED_NAMES
    from pmm_site.load.words import id_proposal

    if release == PREVIEW:
        raise UsageProblem(f"--release {release}: this is what a build without a name is called → choose another name")
    if len(release) > LONGEST_NAME:
        raise UsageProblem(f"--release: the name has more than {LONGEST_NAME} characters → shorten it")
    if release in RESERVED_NAMES:
        raise UsageProblem(f"--release {release}: no folder can have this name on Windows → choose another name")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", release):
        advice = id_proposal(release) or "write it so, such as 2026-first"
        raise UsageProblem(
            f"--release {release}: a name is made of small letters, digits and single hyphens → {advice}"
        )


def refuse_unacknowledged(project: Project, assembly: Assembly) -> None:
    """DisclosureRefused for values that become more visible than in the last release, unless a person agreed."""
    from pmm_site import disclose
    from pmm_site.load import read_acknowledgement

    if not project.history.records:
        return
    last = max(project.history.records, key=lambda record: record.sequence)
    new = disclose.record_of(assembly, project.sites, disclose.next_sequence(project.history))
    change = disclose.difference(disclose.showing_of_record(last), disclose.showing_of_record(new))
    keys = disclose.unacknowledged(change, read_acknowledgement(project.folder, assembly.release))
    if keys:
        raise DisclosureRefused(
            f"{counted(len(keys), 'value')} would become more visible than in {last.name} → see them in a preview "
            f"(`pmm-site build`, then `pmm-site diff {last.name} build`), and name them in "
            f"releases/{assembly.release}.yml under acknowledge_widened, with `by` and a `note`",
            keys,
        )


def write_record(project: Project, assembly: Assembly, staging: Path) -> None:
    """Record what the release shows to whom, with a copy of its packages from `staging`.

    Recorded before it is published, since what is recorded counts as known: a record without a release is safe, the
    reverse is not. The folder appears whole or not at all. A record that exists is left as it is; UsageProblem when it
    is not equal to what would be recorded now.
    """
    from pmm_site import disclose

    place = project.folder / "releases" / assembly.release
    aside = place.with_name(f".{assembly.release}{_UNFINISHED}")
    record = disclose.record_of(assembly, project.sites, disclose.next_sequence(project.history))
    with writing(place):
        aside.mkdir(parents=True)
        (aside / disclose.RECORD_FILE).write_bytes(disclose.to_json(record))
        for site in project.sites:
            package = staging / site.id / "data"
            copy_files(package, names_in_package(package), aside / "packages" / site.id)
    if not place.exists():
        replace_folder(aside, place)
        return
    same = _same(aside, place)
    shutil.rmtree(aside)
    if not same:
        raise UsageProblem(
            f"--release {assembly.release}: there is such a release already, and what would be published now is not "
            "the same → give the new one another name"
        )


def _same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    compared = filecmp.dircmp(one, other)
    _, different, unreadable = filecmp.cmpfiles(one, other, compared.common_files, shallow=False)
    if compared.left_only or compared.right_only or compared.common_funny or different or unreadable:
        return False
    return all(_same(one / name, other / name) for name in compared.common_dirs)
