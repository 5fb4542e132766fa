"""What earlier builds found clean, kept on the confidential side of the output folder: it is not proven again.

A verdict holds for what was looked at, all of it. What was accused is never kept. Builds ask here; `pmm-site audit`
does not, and proves everything anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmm_site.cache import FolderCache

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.reconstruct import Attacked, Run
    from pmm_site.audit.worlds import Component


@dataclass(frozen=True)
class Verdicts:
    """Clean sites and components, by what they were judged from.

    question: a hash of all that the verdict on a site depends on beside its bytes (data, policy, published cycles,
    themes, program); figures: the same without the themes, for the verdict on what all sites tell together; program:
    a hash of the program, which is all that an attack depends on beside its component.
    """

    cache: FolderCache
    question: str
    figures: str
    program: str

    def known(self, site: str, root: Path) -> AuditReport | None:
        """The verdict on a site whose every byte is as it was; None where it has to be audited."""
        from pmm_site.audit.files import Watched
        from pmm_site.audit.findings import AuditReport

        found = self._read(self._key("site", site, self.question))
        with contextlib.suppress(KeyError, TypeError, ValueError):
            if found is not None and found["state"] == Watched(root).state():
                return AuditReport(unscanned=dict(found["unscanned"]), examined=dict(found["examined"]))
        return None

    def keep(self, site: str, state: str, report: AuditReport) -> None:
        """Keep the verdict on a clean site; `state` is the hash of the bytes that were audited."""
        if report.passed:
            found = {"state": state, "unscanned": dict(report.unscanned), "examined": dict(report.examined)}
            self._write(self._key("site", site, self.question), found)

    def together(self, roots: Mapping[str, Path], attack: Callable[[], AuditReport]) -> AuditReport:
        """What `attack` reports of all sites together; kept where there is nothing to report of their tables."""
        from pmm_site.audit.files import Folder, Package
        from pmm_site.audit.findings import AuditReport
        from pmm_site.audit.published import digest_of_tables

        tables = (f"{site} {digest_of_tables(Package(Folder(root)))}" for site, root in sorted(roots.items()))
        key = self._key("together", *tables, self.figures)
        found = self._read(key)
        with contextlib.suppress(KeyError, TypeError, ValueError):
            if found is not None:
                return AuditReport(examined=dict(found["examined"]))
        report = attack()
        if not report.findings and not report.notices:
            self._write(key, {"examined": dict(report.examined)})
        return report

    def attacking(self, run: Run) -> Run:
        """Something that maps an attack over components as `run` does, without those that withstood it before."""

        def attacked(attack: Callable[[Any], Any], components: Iterable[Any]) -> Iterator[Attacked]:
            asked = tuple(components)
            keys = [self._key("component", repr(_parts(each)), self.program) for each in asked]
            found = list(map(self._withstood, keys))
            rest = run(attack, [each for each, known in zip(asked, found, strict=True) if known is None])
            return self._in_order(keys, found, rest)

        return attacked

    def _in_order(
        self, keys: Sequence[str], found: Sequence[Attacked | None], rest: Iterable[Attacked]
    ) -> Iterator[Attacked]:
        attacks = iter(rest)
        for key, known in zip(keys, found, strict=True):
            each = known if known is not None else next(attacks)
            if known is None and not each.breaches:
                self._write(key, asdict(each.effort))
            yield each

    def _withstood(self, key: str) -> Attacked | None:
        """What it took to attack a component in vain; None where it has to be attacked."""
        from pmm_site.audit.judging import Effort
        from pmm_site.audit.reconstruct import Attacked

        found = self._read(key)
        with contextlib.suppress(TypeError):
            return None if found is None else Attacked((), Effort(**found))
        return None

    def _read(self, key: str) -> dict[str, Any] | None:
        kept = self.cache.get(key)
        with contextlib.suppress(ValueError):
            found = None if kept is None else json.loads(kept)
            return found if isinstance(found, dict) else None
        return None

    def _write(self, key: str, found: dict[str, Any]) -> None:
        self.cache.put(key, json.dumps(found, sort_keys=True).encode())

    def _key(self, *parts: str) -> str:
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _parts(component: Component) -> tuple[Any, ...]:
    """All that a component holds, to the last digit."""
    return tuple(vars(component).values())
