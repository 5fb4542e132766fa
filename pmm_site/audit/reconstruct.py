"""Working values out: the interval attack from the sites' own downloads, for every reader (disclosure, 2.1 and 2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pmm_site.audit.answers import AnswerAttack
from pmm_site.audit.attack import Attack
from pmm_site.audit.components import Components
from pmm_site.audit.counting import Counting
from pmm_site.audit.files import Damaged, Folder, Package
from pmm_site.audit.findings import AuditReport, Finding, in_order
from pmm_site.audit.judging import Breach, Effort
from pmm_site.audit.published import Printed, Publication
from pmm_site.audit.releases import Earlier, lost_names
from pmm_site.audit.rights import Rights
from pmm_site.audit.truth import Truth
from pmm_site.audit.worlds import Component
from pmm_site.model import Dataset

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Anything that maps a function over components: the built-in map, or that of a pool of processes."""

_WHAT = {
    "figure": "can be closed in on from what is published",
    "class": "can be closed in on from a class and what is published beside it",
    "earlier": "can be closed in on from what earlier releases published and is shown now: nothing can mend it",
    "identity": "can be closed in on from what Members show themselves, by arithmetic between KPIs",
    "solver": "no solver could tell whether it is safe, so it counts as unsafe",
}


class Attacked(NamedTuple):
    """The outcome of the attack on one component."""

    breaches: tuple[Breach, ...]
    effort: Effort


def reconstruct(
    roots: Mapping[str, Path],
    dataset: Dataset,
    *,
    earlier: Sequence[Earlier] = (),
    run: Run = map,
) -> AuditReport:
    """Attack what the sites in `roots` (by site id) publish together with what earlier releases published.

    Findings name the reader as their site and cycle, KPI and Member as their key. With the basis `visible`
    no figure is over hidden values, and there is nothing to attack.
    """
    publication = Publication()
    damaged = []
    for site, root in sorted(roots.items()):
        try:
            publication.add(site, Package(Folder(root)))
        except Damaged as error:
            damaged.append(Finding("reconstruct", site, "data", "", str(error)))
    report = attack_publication(publication, dataset, earlier=earlier, run=run)
    return AuditReport(tuple(damaged)) + report


def attack_publication(
    publication: Publication, dataset: Dataset, *, earlier: Sequence[Earlier] = (), run: Run = map
) -> AuditReport:
    """`reconstruct` from figures that were read before."""
    lost = [
        Finding("reconstruct", "", f"releases/{release.name}", name, "named by a release and not in the data any more")
        for release in earlier
        for name in lost_names(release, dataset)
    ]
    if dataset.settings.disclosure.basis == "visible":
        return AuditReport(in_order(lost))
    rights, truth = Rights(dataset), Truth(dataset)
    printed = publication.readers(rights)
    components = list(Components(rights, truth, printed, earlier).all())
    components.sort(key=lambda each: -len(each.unknowns))
    examined = {"published figures": len(printed), "components": len(components)}
    begun = run(attack_component, components)
    others = tuple(_others(rights, truth, tuple(printed), earlier))  # while processes are at work
    findings = [*lost, *(finding for finding, is_notice in others if not is_notice)]
    notices = [finding for finding, is_notice in others if is_notice]
    for attacked in begun:
        for breach in attacked.breaches:
            place = notices if breach.cause in ("earlier", "identity") else findings
            place.append(Finding("reconstruct", breach.reader, "", breach.key, _WHAT[breach.cause]))
        _count(examined, attacked.effort)
    return AuditReport(in_order(findings), in_order(notices), {}, examined)


def attack_component(component: Component) -> Attacked:
    """Attack one component by insiders and by outsiders."""
    effort = Effort()
    found: list[Breach] = []
    basic = component.types[0]
    insiders = Attack(component, component.types, basic.knows, component.coalitions, component.pairs, effort)
    found += insiders.breaches()
    # Whoever is inside knows what basic users know; outsiders know less, so their turn are those values only.
    outside = Attack(component, (component.outsider,), component.outsider.knows, (), False, effort)
    inside_only = basic.knows & ~component.outsider.knows
    found += outside.breaches_of(inside_only)
    return Attacked(tuple(found), effort)


def _others(
    rights: Rights, truth: Truth, printed: Sequence[Printed], earlier: Sequence[Earlier]
) -> Iterator[tuple[Finding, bool]]:
    """What shares of answers and counts of contributors give away, and whether it is a notice: told before already."""
    for breach in AnswerAttack(rights, truth, printed, earlier).breaches():
        what = "the answer can be told from the shares"
        yield Finding("reconstruct", breach.reader, "", breach.key, what), breach.earlier
    for short in Counting(rights, truth, printed).breaches():
        what = "told over too few contributors that are hidden"
        yield Finding("reconstruct", short.reader, "", short.key, what), False


def _count(examined: dict[str, int], effort: Effort) -> None:
    for name, number in (
        ("attacked values", effort.values),
        ("programs", effort.programs),
        ("intervals checked by a second solver", effort.checked),
    ):
        examined[name] = examined.get(name, 0) + number
