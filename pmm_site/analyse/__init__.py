"""From values to statistics, and from published rows to the findings of the report.

`analyse` is a pure function of a set of values: the build applies it to all submitted values, and again
to those a site shows. The roll-ups (`findings`, `contributions`, `capacity`) take published rows and nothing else,
so they cannot say more than the rows do.
"""

from pmm_site.analyse.comparisons import ChangeKey, matched, tests
from pmm_site.analyse.needs import capacity
from pmm_site.analyse.performance import verdict
from pmm_site.analyse.rollups import contributions, findings
from pmm_site.analyse.statistics import analyse

__all__ = ["ChangeKey", "analyse", "capacity", "contributions", "findings", "matched", "tests", "verdict"]
