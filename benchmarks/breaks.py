"""The rules of disclosure and, for each, a change of one line that breaks it."""

from __future__ import annotations

from typing import NamedTuple


class Break(NamedTuple):
    """A rule, how it is broken, and the tests of which one must notice.

    file: below pmm_site; old: text that stands there once; tests: below tests.
    """

    rule: str
    how: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        """The file's text with the rule broken; ValueError where the line is not there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file}: '{self.old}' stands there {text.count(self.old)} times")
        return text.replace(self.old, self.new)


LEVELS = ("disclose/test_levels.py",)
DECIDE = ("disclose/test_decide.py",)
ROUNDINGS = ("disclose/test_roundings.py", "disclose/test_precision.py")
PROTECTION = ("disclose/test_protection.py",)
ASSEMBLE = ("disclose/test_assemble.py",)
KNOWLEDGE = ("disclose/test_knowledge.py",)
STEADY = ("disclose/test_steady.py",)
RELEASES = ("disclose/test_releases.py",)
BINS = ("disclose/test_bins.py",)
ATTACK = ("audit/test_reconstruct.py", "audit/test_brute_force.py")
WHOLE = ("disclose/test_whole_numbers.py",)
ANSWERS = ("disclose/test_answers.py", "disclose/test_decide.py")

BREAKS = (
    # --- who may see a value
    Break("the stricter of choice and ceiling", "ceiling ignored", "disclose/levels.py",
          "return observation.level.stricter(kpi.ceiling)", "return observation.level", LEVELS),
    Break("unknown is closed", "unknown level read as public", "disclose/levels.py",
          "        return NOBODY\n    named", "        return EVERYONE\n    named", LEVELS),
    Break("all readers of the site are readers of the value", "any one reader is enough", "disclose/levels.py",
          "return readers.include(site.readers)",
          "return readers.include(site.readers) or bool(readers.members & site.readers.members)", LEVELS),
    Break("a site without readers shows nothing", "shows everything", "disclose/levels.py",
          "        return False\n    return readers", "        return True\n    return readers", LEVELS),
    Break("a union value is for the unions that were named", "for all of the Member's", "disclose/levels.py",
          "if not named or union in named", "if True", LEVELS),
    Break("unions are those of the reference year", "those of any year", "disclose/levels.py",
          "if member in union.members_in(year))",
          "if any(member in union.members_in(any_year) for any_year in range(2000, 2030)))", LEVELS),
    Break("a ceiling narrower than the site leaves no figure", "aggregates stay", "disclose/levels.py",
          "    if ceiling is Level.WCO and site.kind is not SiteKind.PUBLIC:", "    if ceiling is Level.WCO:",
          LEVELS + ASSEMBLE),
    Break("a value that is no number is no value", "NaN shown", "disclose/levels.py",
          "and math.isfinite(observation.value)", "", LEVELS),
    # --- which figures stand on which site
    Break("notes stay at home", "on every country's site", "disclose/assemble.py",
          "            for position in own:\n", "            for position in range(len(chosen)):\n", ASSEMBLE),
    Break("answers stay at home", "on every site with answers", "disclose/assemble.py",
          "(answer for answer in data.answers if answer.member == site.subject)", "iter(data.answers)", ASSEMBLE),
    Break("a union's own mean stands on its sites only", "on every site", "disclose/assemble.py",
          "return group in own_unions and grade", "return grade", ASSEMBLE),
    Break("figures of a closed KPI stand nowhere", "classes and bins stay", "disclose/assemble.py",
          "whole = tuple(key for key in rows.keys if grades[key[1]] is Grade.ALL)", "whole = rows.keys", ASSEMBLE),
    Break("peer review is seen by who may", "by everybody", "disclose/assemble.py",
          "if shown_to(site, level_readers(dataset, _review_level(dataset), code, data.cycle.reference_year))",
          "if True", ASSEMBLE),
    # --- who is protected against
    Break("contributors know their own values", "they do not", "disclose/knowledge.py",
          "(*readers_of, Readers(members=frozenset({member})))", "readers_of", KNOWLEDGE),
    Break("unions pool what they know", "unions forgotten", "disclose/knowledge.py",
          "        yield f\"union {union}\", knows, seen\n", "", KNOWLEDGE),
    Break("pairs pool what they know", "pairs forgotten", "disclose/knowledge.py",
          "    if coalitions == \"unions\":", "    if True:", KNOWLEDGE),
    Break("pairs need not be contributors", "contributors only", "disclose/knowledge.py",
          "distinct = sorted(single.items(), key=lambda item: item[1])",
          "distinct = sorted((each for each in single.items() if each[1] in known.contributors), key=lambda it: it[1])",
          KNOWLEDGE),
    Break("coalitions are of the cycle's reference year", "of the next cycle", "disclose/knowledge.py",
          "tuple(sorted(union.members_in(year)))", "tuple(sorted(union.members_in(year + 2)))", KNOWLEDGE),
    Break("what was shown once stays known", "forgotten", "disclose/knowledge.py",
          "(by_right, earlier)", "(by_right,)", KNOWLEDGE),
    # --- how wide an interval must be
    Break("an interval reaches to both sides", "sides ignored", "disclose/figures.py",
          "side, width = rule.side * scale, rule.width * scale", "side, width = 0.0, rule.width * scale",
          PROTECTION),
    Break("an interval has a width", "width ignored", "disclose/figures.py",
          "side, width = rule.side * scale, rule.width * scale", "side, width = rule.side * scale, rule.side * scale",
          PROTECTION),
    Break("quantities are protected relative to themselves", "only relative to the range", "disclose/figures.py",
          "side = max(rule.side * abs(value), rule.floor * scale)", "side = rule.floor * scale",
          PROTECTION),
    Break("R without both bounds is from the 5th to the 95th percentile", "the whole spread", "disclose/figures.py",
          "return _percentile(ordered, 0.95) - _percentile(ordered, 0.05)", "return ordered[-1] - ordered[0]",
          PROTECTION),
    Break("without a range no figure", "figures all the same", "disclose/figures.py",
          "return finite and inside and self.scale > 0 and", "return finite and inside and", DECIDE + ROUNDINGS),
    Break("the tolerance is a millionth", "a twentieth", "disclose/system.py",
          "TOLERANCE = 5e-7", "TOLERANCE = 5e-2", ROUNDINGS),
    Break("whole counts keep the next whole number", "15 % is enough", "disclose/figures.py",
          "    if whole:\n", "    if not scale:\n", WHOLE),
    # --- means
    Break("at least `minimum_contributors`", "one too few", "disclose/means.py",
          "candidate.contributors.bit_count() < max(part.policy.minimum_contributors, 1)",
          "candidate.contributors.bit_count() < max(part.policy.minimum_contributors - 1, 1)", DECIDE),
    Break("a rounded mean tells half a step to each side", "a whole step", "disclose/precision.py",
          "return float(centre - step / 2), float(centre + step / 2)",
          "return float(centre - step), float(centre + step)", ROUNDINGS[::-1]),
    Break("significant digits tell the power of ten", "they tell nothing", "disclose/precision.py",
          "return (least, greatest) if mean > 0 else (-greatest, -least)", "return ANYTHING", ROUNDINGS[::-1]),
    Break("sums of whole numbers are whole", "they may be anything", "disclose/precision.py",
          "    if not whole:\n", "    if step:\n", WHOLE),
    Break("identities are known to all", "unknown", "disclose/means.py",
          "facts=(*_identity_facts(question), *(fact", "facts=(*(), *(fact",
          (*DECIDE, "disclose/test_reconstruction.py")),
    Break("changes are chosen beside the groups' means", "apart from them", "disclose/means.py",
          "facts=(*problem.facts, *group_facts)", "facts=problem.facts", ("disclose/test_reconstruction.py", *DECIDE)),
    Break("a world serves who knows none of what moves", "it serves everybody", "disclose/witnesses.py",
          "free = ~self._known[np.flatnonzero(world)].any(axis=0)", "free = np.ones(self._known.shape[1], dtype=bool)",
          ROUNDINGS),
    Break("a world keeps every figure", "figures may break", "disclose/witnesses.py",
          "return np.asarray((sums < self._lows - _FEASIBLE) | (sums > self._highs + _FEASIBLE))",
          "return np.zeros(sums.shape, dtype=bool)", ROUNDINGS),
    Break("a solver that fails makes a figure unsafe", "it makes it safe", "disclose/roundings.py",
          "return None if self._witnesses.is_safe(reader, target) else _Violation(self._seen(reader, levels))",
          "self._witnesses.require(reader, target, 0.0, 0.0)\n            return None", ROUNDINGS),
    Break("weights carry a secret", "no salt", "disclose/roundings.py",
          "f\"{problem.salt}\\n{problem.name}", "f\"{problem.name}", ROUNDINGS + DECIDE),
    # --- distribution, class, tests, shares
    Break("bins merge until they are safe", "never", "disclose/bins.py",
          "        if violated is None:\n            return gate", "        if True:\n            return gate", BINS),
    Break("distributions are safe beside earlier ones", "alone", "disclose/bins.py",
          "(*earlier, Distribution(members, fewer))", "(Distribution(members, fewer),)", BINS + RELEASES),
    Break("counts in bins are whole numbers", "a world may break them", "disclose/assignment.py",
          "return all(each.holds(values) for each in figures)", "return True", BINS),
    Break("bins of whole numbers end before the upper edge", "at the edge", "disclose/bins.py",
          "if system.whole[columns].all() else", "if False else", WHOLE),
    Break("a class has none or five hidden", "four are enough", "disclose/counts.py",
          "FEWEST_FOR_CLASS = 5", "FEWEST_FOR_CLASS = 4", DECIDE),
    Break("a class has `performance_contributors`", "any number", "disclose/counts.py",
          "    return TOO_FEW_VALUES if len(part.values) < part.policy.performance_contributors else None",
          "    return None", DECIDE),
    Break("a class leaves room beside means and bins", "it need not", "disclose/decide.py",
          "if lean in leans or is_lean_safe(problem, choice, published, (*leans, lean), worlds):", "if True:", DECIDE),
    Break("skewness is told where nothing is hidden", "with as many hidden as a class", "disclose/counts.py",
          "len(part.values) + 1)", "FEWEST_FOR_CLASS)", DECIDE),
    Break("no class says that all values are one", "it does", "disclose/counts.py",
          "        return AS_INCONCLUSIVE", "        return ruling", DECIDE),
    Break("a test has none or `moments_contributors` hidden in each group", "any number", "disclose/counts.py",
          "ruling = hidden.ruling(test.members, fewest)", "ruling = hidden.ruling(test.members, 0)", DECIDE),
    Break("a verdict over hidden values hangs on no few of them", "it may", "disclose/counts.py",
          "not is_known and not is_steady(test)", "False", DECIDE + STEADY),
    Break("three values may be of several samples", "of one alone", "disclose/steady.py",
          "        if not stays(worlds[0]):", "        if not worlds:", STEADY),
    Break("nobody learns who uses an instrument", "known values make it known", "disclose/counts.py",
          "[users | others], fewest), False", "[users | others], fewest), not hidden.of([users | others]).any()",
          DECIDE + STEADY),
    Break("two answers remain possible", "one is enough", "disclose/alike.py",
          "STILL_POSSIBLE = 2", "STILL_POSSIBLE = 1", ANSWERS),
    Break("no share is written as all or none", "it is", "disclose/alike.py",
          "not any(_reads_as_all(_read(each, step)) for each in alike)", "True", ANSWERS),
    Break("the step of a share is no answer", "it may be", "disclose/rates.py",
          "if step in alike", "if True", ANSWERS),
    # --- across releases
    Break("sums published before stay true", "forgotten", "disclose/means.py",
          "    for figure in part.past.means:", "    for figure in ():", RELEASES),
    Break("classes published before stay true", "forgotten", "disclose/means.py",
          "for each in part.past.classes)", "for each in ())", RELEASES),
    Break("identities held for values of earlier releases", "only for those of now", "disclose/means.py",
          "    yield from then.values()", "    yield from ()", RELEASES),
    Break("a corrected value is a variable of its own", "the same", "disclose/history.py",
          "return f\"{self.member}@{self.release}\"", "return self.member", RELEASES),
    Break("shares published before stay true", "forgotten", "disclose/rates.py",
          "    for shares in past:", "    for shares in ():", RELEASES + ANSWERS),
    Break("what becomes more visible is acknowledged", "nothing need be", "disclose/releases.py",
          "return tuple(key for key in difference.widened if key not in named)", "return ()", RELEASES),
    Break("what earlier releases give away is told", "kept quiet", "disclose/log.py",
          "    return tuple(sorted(found))", "    return ()", RELEASES),
    # --- the audit, which is to find what a broken rule lets through
    Break("audit: pairs pool what they know", "pairs forgotten", "audit/kinds.py",
          "policy not in (\"none\", \"unions\")", "False", ATTACK),
    Break("audit: unions pool what they know", "unions forgotten", "audit/kinds.py",
          "for union in sorted(dataset.unions) if policy != \"none\" else ():", "for union in ():", ATTACK),
    Break("audit: identities are known to all", "unknown", "audit/components.py",
          "for fact in self._identities(at, unknowns):", "for fact in ():", ATTACK),
    Break("audit: sums published before stay true", "forgotten", "audit/components.py",
          "            for mean in release.means:", "            for mean in ():", ATTACK),
    Break("audit: an interval has a width", "width ignored", "audit/judging.py",
          "        and high - low >= unknown.width - TOLERANCE\n", "", ATTACK),
    Break("audit: a solver that fails is a finding", "it is none", "audit/attack.py",
          "yield Breach(\"(solver)\", self.component.unknowns[number].key, \"solver\")", "continue", ATTACK),
    Break("audit: distributions bound values", "they do not", "audit/intervals.py",
          "if asked.bins and is_wide(", "if not asked and is_wide(", ATTACK),
    Break("audit: bins have their counts", "a way to fill them need not keep these", "audit/filling.py",
          "self._rows += [(columns, count, count)", "self._rows += [(columns, 0, math.inf)", ATTACK),
    Break("audit: a witness keeps the classes", "it may change them", "audit/attack.py",
          "if not self.classes.hold(difference):", "if not difference.any():", ATTACK),
    Break("audit: classes published before stay true", "forgotten", "audit/components.py",
          "            for published in release.classes:", "            for published in ():", ATTACK),
    Break("audit: a class is the one that resampling gives", "only its side counts", "audit/summaries.py",
          "    if math.isnan(low) or ", "    if low or ", ("audit/test_summaries.py",)),
    Break("audit: a witness moves nothing that its reader knows", "it may", "audit/attack.py",
          "hit = _union(self.knowing[each] for each in moved) | ", "hit = 0 | ", ATTACK),
    Break("audit: a witness keeps what its reader sees", "it need not", "audit/attack.py",
          " | _union(self.seeing[row] for row in bits(missed))", "", ATTACK),
    Break("audit: a mean is printed at its rounding", "any digits", "audit/figures.py",
          "    if not is_rounded(printed, truth, step):", "    if False:", ("audit/test_structure.py",)),
    Break("audit: goals, needs and findings follow from what is shown", "they may be anything", "audit/derived.py",
          "        for line in more:", "        for line in ():", ("audit/test_derived.py",)),
    Break("audit: a row stands once, in the catalogue's order", "anyhow", "audit/rows.py",
          "if any(map(ge, found, found[1:])):", "if not columns:", ("audit/test_derived.py",)),
    Break("audit: what is text in other bytes is read", "it is not", "audit/decoding.py",
          "        yield from _plain_texts(path, content)", "        pass", ("audit/test_scan.py",)),
    Break("audit: whole counts keep the next whole number", "15 % is enough", "audit/protection.py",
          "if whole else (side, width)", "if not scale else (side, width)", ("audit/test_whole_numbers.py",)),
    Break("audit: sums of whole numbers are whole", "they may be anything", "audit/components.py",
          "        if all(map(self._is_whole, members)):\n            return",
          "        if not members:\n            return", ("audit/test_whole_numbers.py",)),
    Break("audit: a class has none or five hidden", "four are enough", "audit/counting.py",
          "FEWEST_OF_CLASS = 5", "FEWEST_OF_CLASS = 4", ATTACK),
    Break("audit: two answers remain possible", "one is enough", "audit/answers.py",
          "if len(free[_outside(kind)]) < 2:", "if not free[_outside(kind)]:", ATTACK),
    Break("audit: the step of a share is no answer", "it may be", "audit/alike.py",
          "        if len(left) < 2:", "        if not left:", ATTACK),
)  # fmt: skip
