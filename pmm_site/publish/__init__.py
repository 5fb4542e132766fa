"""Built sites -> what stands in the output folder: staging and swap, manifests.

A site is built aside, audited, and only then swapped in; what stood before stands until that moment.
"""

from pmm_site.publish.manifest import MANIFEST, manifest_of, mismatches, paths_below, write_manifest, write_web_root
from pmm_site.publish.staging import Output

__all__ = ["MANIFEST", "Output", "manifest_of", "mismatches", "paths_below", "write_manifest", "write_web_root"]
