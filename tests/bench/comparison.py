"""What the scripts of this folder say in common: one row of a table for each comparison, which report.py collects."""


def row(work, peer, ratio, note=""):
    """Prints that `work` takes `ratio` times as long with `peer` as with Thresher."""
    print(f"| {work} | {peer} | {ratio:.2f} | {note} |", flush=True)
