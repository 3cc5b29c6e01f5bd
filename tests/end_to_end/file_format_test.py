"""src/results/README.md describes the result file: everything in a file is in the page, and what the page names is in some file."""

import re

import h5py

import running

PAGE = (running.ROOT / "src" / "results" / "README.md").read_text()
# Of the testbed: what the page writes in angle brackets.
AXES = {"mean", "power", "law", "size"}
ARTIFACTS = {"numbers"}
DIMENSIONS = {"number"}


def described(text):
    """Names in backticks at the head of the rows of the page's tables."""
    heads = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    return {name for head in heads for name in re.findall(r"`([^`]+)`", head)}


class FileFormat(running.StudyTest):
    def setUp(self):
        super().setUp()
        with h5py.File(self.folder / "own.h5", "w") as file:
            file["x"] = [1.0]
        self.run_study("--zip", "mean,power", "--mean", "0,1", "--power", "1,2", "--law", "normal,uniform", "--trials", 4,
                       "--artifacts", "first", "--fault", "throw_on_all", "--fault_trial", 2, "--quiet", "--output", "small.h5",
                       expect=3)
        self.run_study("--array", 5000, "--trials", 2, "--artifacts", "all", "--input", "own.h5", "--quiet", "--output", "large.h5")
        self.run_study("--target_se", "hit=0.1", "--trials", 2, "--max_trials", 3, "--quiet", "--output", "target.h5")
        self.run_study("--search", "size=1:64", "--search_level", "hit=0.9", "--mean", "0.6,2", "--level", "0.5", "--trials", 20,
                       "--common_random_numbers", "--quiet", "--output", "search.h5")

    def names_of(self, path):
        """Names of the page for what is in a file: (attributes, data sets and groups)."""
        attributes, objects = set(), set()
        with h5py.File(path) as file:
            metrics = {name for name in file if "kind" in file[name].attrs}
            parameters = {*file.attrs["coordinates"].decode().split(), *AXES}
            predictions, theories = set(file["theory"]) - AXES, set(file["theory_status"]) - AXES

            def name_of(whole):
                group, _, name = whole.rpartition("/")
                if group == "summary" and name not in AXES:
                    metric, _, statistic = name.rpartition("_")
                    return f"<metric>_{statistic}" if metric in metrics else name
                if group == "theory" and name in predictions:
                    return "theory/<prediction>"
                if group == "theory_status" and name in theories:
                    return "theory_status/<theory>"
                if group == "failures" and name.removesuffix("_index") in AXES:
                    return "<parameter>_index"
                for known, word in ((metrics, "<metric>"), (parameters, "<parameter>"), (ARTIFACTS, "<artifact>"),
                                    (DIMENSIONS, "<dimension>"), ({f"{a}_file" for a in ARTIFACTS}, "<artifact>_file")):
                    if name in known:
                        return word
                return name

            def see(whole, item):
                objects.add(name_of(whole))
                attributes.update(item.attrs)

            attributes.update(file.attrs)
            file.visititems(see)
        return attributes, objects

    def test_the_page_and_the_files_agree(self):
        attributes, objects = set(), set()
        for name in ("small.h5", "large.h5", "target.h5", "search.h5"):
            more = self.names_of(self.folder / name)
            attributes |= more[0]
            objects |= more[1]
        found, words = attributes | objects, set(re.findall(r"`/?([^`]+)`", PAGE))
        groups = {name for name in ("summary", "theory", "theory_status", "failures", "artifacts", "search")}
        self.assertEqual(found - words, set(), "in a file and not in the page")
        self.assertEqual(groups - objects, set())
        beside = {"<output>.journal", "<output>.lock", "<output>.state/", "<output>.artifacts/"}
        brackets = {"<parameter>", "<metric>", "<prediction>", "<theory>", "<artifact>", "<dimension>"}
        self.assertEqual(described(PAGE) - found - beside - brackets, set(), "in the page and in no file")

    def test_the_page_is_of_this_format(self):
        with h5py.File(self.folder / "small.h5") as file:
            self.assertIn(f"format **{file.attrs['thresher_format']}**", " ".join(PAGE.split()))


if __name__ == "__main__":
    running.main()
