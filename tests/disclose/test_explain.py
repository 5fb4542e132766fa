"""Why a value appears where it does and an aggregate as it does, in keys and never in values."""

from __future__ import annotations

import csv
import json

import pytest

from pmm_site.analyse import analyse, matched
from pmm_site.disclose import Decisions, decide, explain, log_csv, suppression_log
from pmm_site.disclose.log import RULES
from pmm_site.model import Answer, CycleStatus, Dataset, DisclosurePolicy, Level
from pmm_site.problems import UsageProblem
from tests.factories import MEMBERS, cycle_data, dataset, instrument, kpi, reported, union, unreported

EAC = union("eac", "KEN", "UGA")


def world(level: str = "union", **changes: object) -> Dataset:
    """Kenya's value among values that are hidden."""
    values = {"k": {code: reported(30.123 + 4 * number, "country") for number, code in enumerate(MEMBERS)}}
    values["k"]["KEN"] = reported(71.234, level)
    return dataset(values, unions=[EAC], **changes)  # type: ignore[arg-type]


def decided(found: Dataset) -> Decisions:
    """The decisions on a world."""
    submitted = analyse(found)
    return decide(found, submitted, matched(found, submitted))


def winners(found: Dataset, about: str = "value", **where: str) -> list[str]:
    """The rules that settled a matter."""
    steps = explain(found, decided(found), "KEN", "k", **where)
    return [step.rule for step in steps if step.won and step.about == about]


def test_the_level_that_the_member_chose_wins() -> None:
    """Where the ceiling is no stricter, the Member's choice decides, and each site says why it shows it or not."""
    assert winners(world()) == ["level chosen by the Member"]
    told = [str(step).strip() for step in explain(world(), decided(world()), "KEN", "k")]
    assert told[0] == "value: cycle: c2024, the latest published"
    assert "union-eac: shown: every reader of the site may see the value" in told
    assert "country-uga: shown: every reader of the site may see the value" in told
    assert "public: not shown: everyone reads this site, and not everyone may see the value" in told
    assert "country-fra: not shown: FRA may not see the value" in told
    wco = "basic users and every Member read this site, and not all of them may see the value"
    assert f"wco: not shown: {wco}" in told


def test_the_ceiling_wins_where_it_is_stricter() -> None:
    """A KPI's ceiling overrules a laxer choice, and says what it leaves on each site."""
    found = world("public", kpis=[kpi("k", ceiling=Level.COUNTRY)])
    assert winners(found) == ["ceiling of the KPI"]
    assert winners(found, "public") == ["ceiling of the KPI"]


def test_a_union_value_without_union_stays_at_home() -> None:
    """The Member is in no union that year: that decides."""
    found = dataset({"k": {"USA": reported(5.5, "union")}}, unions=[EAC])
    steps = explain(found, decided(found), "USA", "k")
    assert [step.rule for step in steps if step.won and step.about == "value"] == ["unions that share it"]


def test_of_many_who_may_not_see_a_value_three_are_named() -> None:
    """A union's site with six readers besides: three by name, and how many more."""
    others = [code for code in MEMBERS if code != "KEN"][:6]
    found = dataset({"k": {"KEN": reported(5.5, "country")}}, unions=[union("wide", "KEN", *others)])
    told = [str(step).strip() for step in explain(found, decided(found), "KEN", "k")]
    assert f"union-wide: not shown: {', '.join(sorted(others)[:3])} and 3 more may not see the value" in told


@pytest.mark.parametrize("status", ["not-available", "not-applicable"])
def test_without_a_value_its_status_decides(status: str) -> None:
    """There is nothing to show."""
    found = dataset({"k": {"KEN": unreported(status)}})
    assert winners(found) == ["status"]


def test_who_takes_no_part_and_what_is_not_published() -> None:
    """Before any level is asked for: the cycle is a draft, or the Member did not take part."""
    draft = cycle_data({"k": {"KEN": reported(5.5, "public")}}, "c2026", kpis=[kpi("k")], status=CycleStatus.DRAFT)
    found = dataset(cycles=[cycle_data({}, "c2024", kpis=[kpi("k")], participants=["UGA"]), draft])
    assert winners(found, cycle="c2026") == ["cycle"]
    assert winners(found, cycle="c2024") == ["participation"]


def test_aggregates_name_their_rule_and_who_limited_them() -> None:
    """Every figure that the value is in says what became of it; protected ones name readers."""
    steps = [step for step in explain(world(), decided(world()), "KEN", "k") if step.about.startswith("mean ")]
    assert {step.about for step in steps} == {"mean all/all", "mean region/esa", "mean union/eac"}
    assert all(step.rule in RULES for step in steps)
    limited = [step for step in steps if step.rule in ("protected", "coarser-step")]
    assert limited
    assert all("limited by" in step.outcome for step in limited)


def test_union_figures_are_explained_where_they_stand() -> None:
    """Asked about the public site, nothing is said of the union's own mean."""
    about = {step.about for step in explain(world(), decided(world()), "KEN", "k", site="public")}
    assert "mean all/all" in about
    assert "mean union/eac" not in about


def test_no_step_holds_a_value() -> None:
    """Neither steps nor the log hold any digit of a value."""
    found = world()
    text = "\n".join(map(str, explain(found, decided(found), "KEN", "k")))
    log = "\n".join(map(str, suppression_log(decided(found))))
    for data in found.cycles:
        for observation in data.observations:
            assert observation.written not in text
            assert observation.written not in log


def test_steps_are_fit_for_machines() -> None:
    """Every step becomes plain JSON."""
    steps = explain(world(), decided(world()), "KEN", "k")
    assert json.loads(json.dumps([step.as_json() for step in steps]))[0]["about"] == "value"


@pytest.mark.parametrize(
    "asked",
    [
        {"member": "KEM", "kpi": "k"},
        {"member": "KEN", "kpi": "kk"},
        {"member": "KEN", "kpi": "k", "cycle": "c2025"},
        {"member": "KEN", "kpi": "k", "site": "country-kem"},
    ],
)
def test_what_is_not_known_is_wrong_usage(asked: dict[str, str]) -> None:
    """A misspelt id is told with the nearest right one."""
    with pytest.raises(UsageProblem, match=r"did you mean|use one of"):
        explain(world(), decided(world()), **asked)


def test_the_log_has_a_row_for_every_figure() -> None:
    """Means of every group, distribution, class, skewness, and both questions on every instrument."""
    answers = [Answer(code, "tool", True, None) for code in MEMBERS]
    found = world(answers=answers, instruments=[instrument()])
    log = suppression_log(decided(found))
    assert {row.group for row in log if row.figure == "mean"} == {"all/all", "region/esa", "region/rest", "union/eac"}
    assert {"distribution", "performance", "skewness", "awareness", "use"} <= {row.figure for row in log}
    assert all(row.rule in RULES for row in log)
    assert all((row.step is None) <= (not row.published or row.figure != "mean") for row in log)


def test_the_log_is_a_table() -> None:
    """CSV with a header, one line per figure, each rule with its meaning."""
    log = suppression_log(decided(world()))
    lines = list(csv.DictReader(log_csv(log).splitlines()))
    assert [line["figure"] for line in lines] == [row.figure for row in log]
    assert all(line["meaning"] for line in lines)
    assert {line["published"] for line in lines} <= {"true", "false"}


def test_with_the_basis_visible_there_is_nothing_to_explain_about_aggregates() -> None:
    """Figures over shown values need no protection, and the explanation says so."""
    found = world(policy=DisclosurePolicy(basis="visible"))
    assert winners(found, "aggregates") == ["basis"]
