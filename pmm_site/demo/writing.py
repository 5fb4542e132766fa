"""Projects on disk: a synthetic one with what the world of `demo.world` reports, and the small one that people edit."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pmm_site.demo.drawing import best_first, generator, share_of
from pmm_site.demo.parameters import instrument_parameters, kpi_parameters, member_parameters
from pmm_site.demo.world import (
    Response,
    Traits,
    draw_answers,
    draw_participants,
    draw_responses,
    draw_traits,
    reference_income,
)
from pmm_site.problems import UsageProblem, WriteFailed

FIRST_YEAR = 2022
NOMINATED_PER_PARTICIPANT = 105 / 62
"""In the first cycle 105 Members named a contact and 62 handed in sufficient data."""

NOTES = (
    "Estimate: the register covers eleven months of the year.",
    "Provisional figure.",
    "Sea and air traffic only.",
    "Includes the free zones.",
    "From a sample of declarations.",
)
_UNFINISHED = ".part"
REASONS = (
    "Not measured for want of a legal basis.",
    "In the competence of another agency.",
    "Does not exist here.",
)


def write_demo(directory: Path, *, members: int = 62, cycles: int = 2, seed: int = 2022) -> None:
    """Write a full project with synthetic data into an empty or new folder.

    members: participants of the first cycle, 1 to 187, the published ones first; later cycles have a few more.
    cycles: one every two years, c2022, c2024, …; the same arguments give the same bytes on every machine.
    Raises UsageProblem for senseless numbers and for a folder that is not empty.
    """
    most = len(member_parameters())
    if not 1 <= members <= most:
        raise UsageProblem(f"--members is {members}: give a number from 1 to {most}")
    if not 1 <= cycles <= 50:
        raise UsageProblem(f"--cycles is {cycles}: give a number from 1 to 50")
    if seed < 0:
        raise UsageProblem(f"--seed is {seed}: give 0 or a positive whole number")
    with _whole_folder(directory) as part:
        _write_project(part, members, cycles, seed)


def _write_project(directory: Path, members: int, cycles: int, seed: int) -> None:
    package = files("pmm_site.demo")
    _copy_tree(package / "project", directory)
    _copy_tree(package / "framework", directory / "data")
    _write_text(directory / "data" / "salt.txt", hashlib.sha256(f"demonstration {seed}".encode()).hexdigest() + "\n")
    traits = draw_traits(seed, cycles)
    for cycle, participants in enumerate(draw_participants(seed, members, cycles)):
        folder = directory / "data" / "cycles" / f"c{FIRST_YEAR + 2 * cycle}"
        folder.mkdir(parents=True)
        _write_cycle(folder, seed, cycle, participants, traits)


def write_new(directory: Path) -> None:
    """Write the starter project into an empty or new folder; raises UsageProblem for one that is not empty.

    The salt is drawn anew: it is the one secret of a project that has to differ from every other one.
    """
    with _whole_folder(directory) as part:
        _copy_tree(files("pmm_site.demo") / "starter", part)
        _write_text(part / "data" / "salt.txt", secrets.token_hex(32) + "\n")


@contextlib.contextmanager
def _whole_folder(directory: Path) -> Iterator[Path]:
    """A folder to write into, whose content stands in `directory` when all of it is there; else nothing is left.

    Raises UsageProblem for a folder that holds anything, so that nobody's work is written over; WriteFailed.
    """
    part, stood = directory / _UNFINISHED, directory.exists()
    if stood and (not directory.is_dir() or any(each != part for each in directory.iterdir())):
        raise UsageProblem(f"{directory} is not an empty folder: name a new one")
    try:
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(parents=True)
        yield part
        for each in sorted(part.iterdir()):
            each.rename(directory / each.name)
        part.rmdir()
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if not stood:
            shutil.rmtree(directory, ignore_errors=True)
        if isinstance(error, OSError):
            raise WriteFailed(
                f"{directory}: could not be written ({error.strerror or type(error).__name__}), nothing was left there "
                "→ free some space, see who may write there, or name another folder"
            ) from error
        raise


def _write_text(path: Path, text: str) -> None:
    """UTF-8 with line feeds on every system."""
    path.write_bytes(text.encode("utf-8"))


def _copy_tree(source: Traversable, target: Path) -> None:
    """Copy a folder of package data, byte for byte."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            _copy_tree(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())


def _write_cycle(folder: Path, seed: int, cycle: int, participants: Sequence[int], traits: Traits) -> None:
    responses = draw_responses(participants, traits, cycle)
    in_force = [kpi.kpi for kpi in kpi_parameters() if not kpi.until or folder.name <= kpi.until]
    responses = {kpi: responses[kpi] for kpi in in_force}
    habits = best_first(participants, generator(seed, "habits").random(len(member_parameters())))
    defaults = _defaults(habits, responses)
    _write_text(folder / "cycle.yml", _cycle_yaml(cycle, len(participants)))
    _write_participants(folder / "participants.csv", cycle, participants, defaults, _peer_reviews(seed, participants))
    careless = frozenset(habits[len(habits) - share_of(len(habits), 0.15) :])
    rows = _value_rows(seed, participants, responses, defaults, careless)
    _write_table(folder / "values.csv", "member,kpi,value,status,disclosure,unions,note", rows)
    answers = draw_answers(seed, participants, traits, cycle)
    _write_table(
        folder / "instruments.csv",
        "member,instrument,aware,usage",
        (
            (member_parameters()[member].code, each.instrument, *answers[member, each.instrument])
            for member in participants
            for each in instrument_parameters()
            if (member, each.instrument) in answers
        ),
    )


def _write_table(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def _cycle_yaml(cycle: int, participants: int) -> str:
    year = FIRST_YEAR + 2 * cycle
    nominated = min(len(member_parameters()), round(participants * NOMINATED_PER_PARTICIPANT))
    return f"""id: c{year}
name:
  en: Cycle {cycle + 1} (data of {year})
  fr: Cycle {cycle + 1} (données de {year})
reference_year: {year}
status: published
synthetic: true
nominated: {nominated}
note:
  en: The values of this cycle are generated. No Member has reported them.
  fr: Les valeurs de ce cycle sont générées. Aucun Membre ne les a communiquées.
"""


def _peer_reviews(seed: int, participants: Sequence[int]) -> dict[int, str]:
    ordered = best_first(participants, generator(seed, "peer review").random(len(member_parameters())))
    completed, asked = share_of(len(ordered), 0.1), share_of(len(ordered), 0.25)
    return dict.fromkeys(ordered[:completed], "completed") | dict.fromkeys(ordered[completed:asked], "requested")


def _defaults(habits: Sequence[int], responses: Mapping[str, Response]) -> dict[int, str]:
    """Not quite half of the participants name as their default the level that they choose most often."""
    chosen = {}
    for member in habits[: share_of(len(habits), 0.45)]:
        levels = Counter(each.levels[member] for each in responses.values() if member in each.levels)
        if levels:
            chosen[member] = min(levels, key=lambda level: (-levels[level], level))
    return chosen


def _write_participants(
    path: Path, cycle: int, participants: Sequence[int], defaults: Mapping[int, str], reviews: Mapping[int, str]
) -> None:
    """The first cycle overrides the income class by that of its reference year."""
    members = member_parameters()
    header = "member,peer_review,default_disclosure" + (",income" if cycle == 0 else "")
    _write_table(
        path,
        header,
        (
            [members[each].code, reviews.get(each, "none"), defaults.get(each, "")]
            + ([reference_income(members[each], cycle)] if cycle == 0 else [])
            for each in participants
        ),
    )


def _value_rows(
    seed: int,
    participants: Sequence[int],
    responses: Mapping[str, Response],
    defaults: Mapping[int, str],
    careless: frozenset[int],
) -> Iterable[list[str]]:
    """Rows of values.csv by Member and KPI. Some of those who do not report leave the row out altogether."""
    shape = (len(member_parameters()), len(kpi_parameters()))
    why, how, remark = generator(seed, "blanks").random((3, *shape))
    habit = generator(seed, "writing").random((2, len(member_parameters())))
    for member in participants:
        code = member_parameters()[member].code
        for number, kpi in enumerate(kpi_parameters()):
            response = responses.get(kpi.kpi)
            if response is None:
                continue
            if member in response.values:
                value = _written(response.values[member], kpi.decimals)
                level = response.levels[member]
                unions = member_parameters()[member].shares_with if level == "union" and habit[0, member] < 0.5 else ""
                left_blank = member in careless and level == "country" and how[member, number] < 0.3
                left_blank |= level == defaults.get(member) and habit[1, member] < 0.7 and not unions
                note = _chosen(NOTES, remark[member, number], 0.02)
                yield [code, kpi.kpi, value, "reported", "" if left_blank else level, unions, note]
            elif why[member, number] < kpi.not_applicable:
                yield [code, kpi.kpi, "", "not-applicable", "", "", _chosen(REASONS, remark[member, number], 0.2)]
            elif how[member, number] < 0.6:
                yield [code, kpi.kpi, "", "not-available", "", "", ""]


def _written(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _chosen(texts: Sequence[str], chance: float, share: float) -> str:
    """One of the texts in a share of the cases, else nothing."""
    return texts[int(chance / share * len(texts))] if chance < share else ""
