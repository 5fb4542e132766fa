"""What `build` calls: each module runs stages over many sites and processes, and leaves to them how they work.

A site *stands* when it is published in the output folder; a build makes it in a staging folder, and then swaps it in.

In the order of a build: `run` (what stands and may stay), `confidential` (load, analyse, disclose, release packages),
`rendering` (release packages to pages), `auditing` with `verdicts`, `recording` (the record of a release), `publishing`
with `standing` (the note of what each site was made from), `reports`, `result`. `workers`, `progress`, `cache` and
`services` serve them all.
"""
