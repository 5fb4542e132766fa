"""Built sites -> what stands in the output folder: staging and swap, manifests.

A site is built aside, audited, and only then swapped in; what stood before stands until that moment.
"""

from pmm_site.publish.manifest import MANIFEST, WebRoot, manifest_of, mismatches, paths_below
from pmm_site.publish.staging import Output

__all__ = ["MANIFEST", "Output", "WebRoot", "manifest_of", "mismatches", "paths_below"]
