"""What the audits of earlier builds found clean, kept on the confidential side of the output folder.

A verdict is kept under a hash of everything that was examined; findings are never kept. Builds use verdicts,
`pmm-site audit` does not and examines everything again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmm_site.stages.cache import AnswerCache, key_of

if TYPE_CHECKING:
    from pmm_site.audit.findings import AuditReport
    from pmm_site.audit.reconstruct import Attacked, Run
    from pmm_site.audit.sites import Clean
    from pmm_site.audit.worlds import Component


@dataclass(frozen=True)
class Verdicts:
    """Clean sites and components, by what they were judged from.

    question: a hash of all that the verdict on a file depends on beside its bytes and the package of its site (data,
    policy, published cycles, static files of themes, program); figures: the same without the themes, for the verdict
    on what all sites tell together; program: a hash of the program, which is all that an attack depends on beside its
    component.
    """

    cache: AnswerCache
    question: str
    figures: str
    program: str

    def clean(self, site: str) -> Clean:
        """What was found clean of a site when the same was asked; nothing where nothing is known."""
        from pmm_site.audit.sites import NOT_CLEAN, Clean

        found = self._read(key_of("site", site, self.question)) or {}
        package, files = found.get("package"), found.get("files")
        return Clean(package, files) if isinstance(package, str) and isinstance(files, dict) else NOT_CLEAN

    def keep(self, site: str, clean: Clean) -> None:
        """Keep what is clean of a site in which nothing was found."""
        if clean.files:
            self._write(key_of("site", site, self.question), clean._asdict())

    def together(self, roots: Mapping[str, Path], attack: Callable[[], AuditReport]) -> AuditReport:
        """What `attack` reports of all sites together; kept where there is nothing to report of their tables."""
        from pmm_site.audit.files import Folder, Package
        from pmm_site.audit.findings import AuditReport
        from pmm_site.audit.published import digest_of_tables

        tables = (f"{site} {digest_of_tables(Package(Folder(root)))}" for site, root in sorted(roots.items()))
        key = key_of("together", *tables, self.figures)
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
            keys = [key_of("component", repr(_parts(each)), self.program) for each in asked]
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


def _parts(component: Component) -> tuple[Any, ...]:
    """All that a component holds, to the last digit."""
    return tuple(vars(component).values())
