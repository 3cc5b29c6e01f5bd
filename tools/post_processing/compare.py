"""Whether two result files are the same: everything but timings and provenance, bit for bit.

Exit code 0: the same; 1: different, with what differs and where first; 2: one of them cannot be read. Not compared:
/trial_seconds, metrics of kind timing and their summaries, and the root attributes that tell how, where and when the file
was made.
"""

from .differences import differences_of
from .study_file import StudyFile

SHOWN = 20


def add_arguments(parser):
    parser.add_argument("first", help="result file")
    parser.add_argument("second", help="result file")
    parser.add_argument("--all", action="store_true", help=f"list every difference (default: the first {SHOWN})")
    parser.add_argument("--quiet", action="store_true", help="print nothing, only the exit code tells")


def run(options):
    with StudyFile(options.first) as first, StudyFile(options.second) as second:
        differences, counts = differences_of(first, second)
    if options.quiet:
        return 1 if differences else 0
    if not differences:
        print(f"the same: {counts['data sets']} data sets and {counts['attributes']} attributes agree bit for bit "
              f"(not compared: {counts['timings']} timings, {counts['provenance']} attributes of provenance)")
        return 0
    shown = differences if options.all else differences[:SHOWN]
    print(f"different: {options.first} and {options.second}")
    print("\n".join(f"  {difference}" for difference in shown))
    if len(shown) < len(differences):
        print(f"  and {len(differences) - len(shown)} more (--all)")
    return 1
