"""The files of a project, read in the plainest way: csv, yaml and dictionaries, nothing of pmm_site."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

Key = tuple[str, str]

LEVELS = ("public", "wco", "union", "country")


@dataclass(frozen=True)
class Submissions:
    """One cycle of a project."""

    project: Path
    cycle: str

    def table(self, name: str) -> list[dict[str, str]]:
        """A table of the cycle."""
        with (self.project / "data" / "cycles" / self.cycle / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def framework(self, name: str) -> Any:
        """A YAML file of data/."""
        return yaml.safe_load((self.project / "data" / name).read_text(encoding="utf-8"))

    @cached_property
    def catalogue(self) -> Any:
        """The catalogue as written."""
        return self.framework("catalogue.yml")

    @cached_property
    def kpis(self) -> dict[str, Any]:
        """KPIs of the catalogue by id."""
        return {kpi["id"]: kpi for kpi in self.catalogue["kpis"]}

    @cached_property
    def year(self) -> int:
        """The reference year."""
        return int(self.framework(f"cycles/{self.cycle}/cycle.yml")["reference_year"])

    @cached_property
    def participants(self) -> dict[str, dict[str, str]]:
        """Rows of participants.csv by Member."""
        return {row["member"]: row for row in self.table("participants.csv")}

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """Rows of values.csv."""
        return self.table("values.csv")

    @cached_property
    def answers(self) -> list[dict[str, str]]:
        """Rows of instruments.csv."""
        return self.table("instruments.csv")

    def values(self, kpi: str) -> dict[str, float]:
        """Reported values of a KPI by Member."""
        return {row["member"]: float(row["value"]) for row in self.rows if row["kpi"] == kpi and row["value"]}

    def mean(self, kpi: str) -> float:
        """Plain mean over the reported values, to one decimal."""
        values = self.values(kpi).values()
        return round(sum(values) / len(values), 1)

    @cached_property
    def groups(self) -> dict[Key, set[str]]:
        """Participants by (grouping, group), with the overrides of the cycle."""
        with (self.project / "data" / "members.csv").open(encoding="utf-8", newline="") as stream:
            members = {row["member"]: row for row in csv.DictReader(stream)}
        found: dict[Key, set[str]] = {}
        for code, participant in self.participants.items():
            for grouping in ("region", "income", "geography", "administration"):
                group = participant.get(grouping) or members[code][grouping]
                found.setdefault((grouping, group), set()).add(code)
        return found

    @cached_property
    def unions(self) -> dict[str, set[str]]:
        """Members of each union in the reference year."""
        found = {}
        for union in self.framework("unions.yml"):
            entries = [each if isinstance(each, dict) else {"member": each} for each in union["members"]]
            found[union["id"]] = {
                each["member"] for each in entries if each.get("from", 0) <= self.year <= each.get("to", 9999)
            }
        return found

    def levels(self, kpi: str) -> dict[str, tuple[str, set[str]]]:
        """Level after default and ceiling, and the Members it is open to at level union, by reporter."""
        ceiling = LEVELS.index(self.kpis[kpi].get("ceiling", "public"))
        found = {}
        for row in self.rows:
            if row["kpi"] == kpi and row["status"] == "reported":
                default = self.participants[row["member"]]["default_disclosure"] or "country"
                level = LEVELS[max(ceiling, LEVELS.index(row["disclosure"] or default))]
                named = row["unions"].split(";") if row["unions"] else list(self.unions)
                circles = [self.unions[union] for union in named if row["member"] in self.unions[union]]
                found[row["member"]] = (level, set().union(*circles))
        return found

    def readers(self) -> Iterator[set[str]]:
        """The coalitions there are: a basic user, two Members (so each one too), a union pooling what it knows."""
        everyone = sorted(set().union(*self.unions.values()) | set(self.participants))
        yield set()
        yield from (set(pair) for pair in itertools.combinations(everyone, 2))
        yield from self.unions.values()

    def hidden(self, kpi: str, reader: set[str]) -> set[str]:
        """Contributors whose value a coalition of Members does not know; the empty coalition is a basic user."""
        return {
            member for member, circle in self.circles[kpi].items() if member not in reader and circle.isdisjoint(reader)
        }

    @cached_property
    def circles(self) -> dict[str, dict[str, set[str]]]:
        """By KPI, each contributor whose value not all Members see, with the Members that it is open to."""
        return {
            kpi: {
                member: circle if level == "union" else set()
                for member, (level, circle) in levels.items()
                if level not in ("public", "wco")
            }
            for kpi, levels in self.levels_of.items()
        }

    @cached_property
    def levels_of(self) -> dict[str, dict[str, tuple[str, set[str]]]]:
        """Levels by KPI and reporter."""
        return {kpi: self.levels(kpi) for kpi in self.kpis}

    def hidden_from_public(self, kpi: str) -> set[str]:
        """Contributors whose value the public does not see."""
        return {member for member, (level, _) in self.levels_of[kpi].items() if level != "public"}
