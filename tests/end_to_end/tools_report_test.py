"""`thresher report`: the page itself, and as a real browser shows it: `/usr/bin/python3 tools_report_test.py <bin folder>`.

The browser is Debian's chromium (tools/setup --long installs it); without it its class is skipped, but not under tools/test --long.
"""

import base64
import html
import os
import re
import shlex
import shutil
import struct
import subprocess
import time

import html5lib
import numpy as np

import running
from tools_study_file import FAILED, INVALID, NOT_CONVERGED, NOT_RUN, OK, Metric, Study, phase_diagram, transition
from tools_test import ToolTest

CHROMIUM = shutil.which("chromium")
NAUGHTY = "<script>alert(1)</script> & \"quoted\" 'x' \x1b[31m $x_{"


class ReportTest(ToolTest):
    def report(self, *arguments):
        self.succeeds("report", *arguments, "--output", "r.html")
        text = self.path("r.html").read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(text)  # raises at the first error of its markup
        found = re.findall(r'\bid="([^"]*)"', text)
        self.assertEqual(len(found), len(set(found)), "an id stands twice")
        for target in re.findall(r'href="#([^"]*)"', text) + re.findall(r"url\(#([^)]*)\)", text):
            self.assertIn(target, found)
        loaded = re.findall(r'(?:src|href)="(?!#|data:)([^"]*)"', text) + re.findall(r"url\((?!#)([^)]*)\)", text)
        self.assertEqual(loaded, [], "the page is complete in itself")
        self.assertNotIn("<script", text)
        return text

    def words(self, text):
        """What a reader sees, without markup and figures."""
        text = re.sub(r"<(style|svg)\b.*?</\1>", "", text, flags=re.DOTALL)
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)))


class Page(ReportTest):
    def test_a_whole_study(self):
        path = self.written("a.h5", transition(trials=40, attributes={"headlines": "sign_recovery over theta; mse over theta"}))
        text = self.report(path)
        self.assertEqual(text.count("<svg "), 2)
        self.assertIn("Figure 1: sign_recovery over theta", text)
        words = self.words(text)
        for part in ("Synthetic recovery", "Gaps to theory", "4080 of 4080 done", "What failed or did not converge Nothing.", "seed 7", "To reproduce it",
                     "synthetic --config a.toml --output a_again.h5", "nobody, 2024", "The first 40 of 102 points"):
            self.assertIn(part, words)
        saved = re.search(r'href="data:application/octet-stream;base64,([^"]*)" download="a.toml"', text)
        self.assertEqual(base64.b64decode(saved[1]).decode(), "seed = 7\n")

    def test_gaps_are_sorted_by_standard_errors(self):
        values = np.random.default_rng(3).normal(size=(5, 100))
        study = Study({"n": [1, 2, 3, 4, 5]}, {"a": Metric(values, prediction="a_theory")}, 100, theory={"a_theory": [0.0, 0.5, -2.0, 0.2, np.nan]})
        text = self.report(self.written("a.h5", study))
        table = re.search(r"<caption>largest gaps to theory</caption>.*?</table>", text, re.DOTALL)[0]
        rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
        expected = (values.mean(axis=1) - study.theory["a_theory"]) / (values.std(axis=1, ddof=1) / 10)
        order = np.argsort(-np.abs(expected[:4]))
        self.assertEqual([row[2] for row in rows], [str(n + 1) for n in order])
        self.assertEqual([re.sub("<[^>]*>", "", row[0]) for row in rows], [f"{expected[n]:+.1f}" for n in order])
        self.assertEqual('class="bad"' in rows[0][0], abs(expected[order[0]]) > 5)
        self.assertNotIn("class", rows[-1][0])

    def test_text_of_the_user_is_text(self):
        study = transition(trials=3, attributes={"title": NAUGHTY, "citation": NAUGHTY, "toml": f"# {NAUGHTY}\n", "command_line": NAUGHTY, "hosts": NAUGHTY},
                           failures=[(0, 0, 0, 1, NAUGHTY)])
        study.axes["hq_fraction"] = ["<b>bold</b>", "a&b"]
        text = self.report(self.written("a.h5", study), "--title", "<i>")
        self.assertNotRegex(text, r"<(script|b|i)>")
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;", text)
        self.assertNotIn("\x1b", text)

    def test_what_failed_has_its_command(self):
        study = transition(trials=4, attributes={"toml": 'seed = 9\np = [128, 512, 2048]\nestimator = "lasso"\npetsc_options = "-tao_max_it 3"\n'})
        study.status = np.full((3, 17, 2, 4), OK)
        study.status[1, 2, 1, 3] = FAILED
        study.status[0, 1, 0, 2] = NOT_CONVERGED
        study.status[2, 0, 0, 0] = NOT_RUN
        study.status[2, 1, 1] = INVALID
        study.failures = [(1, 2, 1, 3, "no minimum found")]
        words = self.words(self.report(self.written("a b.h5", study)))
        self.assertIn("1 failure. All again: synthetic --output '", words)
        self.assertIn("--resume --retry_failed", words)
        self.assertIn("p 512, s 8, theta 0.6, hq_fraction 0.8, trial 3: no minimum found", words)
        self.assertIn("--theta 0.6 --hq_fraction 0.8 --seed 9 --only_trial 3 --artifacts all -- -tao_max_it 3", words)
        self.assertIn("1 trial did not converge", words)
        self.assertIn("p 128, s 4, theta 0.5, hq_fraction 0.2, trial 2", words)
        self.assertIn("Trials are missing: 1.", words)
        self.assertIn("4 trials at points that are not valid", words)

    def test_kinds_of_files(self):
        single = Study({}, {"hit": Metric(np.array([1.0, 0, 1]), "indicator", valid_range=(0, 1))}, 3)
        theory = transition(trials=0)
        theory.metrics = {}
        files = [self.written("map.h5", phase_diagram(trials=5)), self.written("single.h5", single), self.written("theory.h5", theory)]
        text = self.report(*files)
        self.assertEqual(text.count('<section class="study"'), 3)
        self.assertIn("No trials: the file holds theory only.", text)
        self.assertIn("data:image/png;base64", text, "a map is a picture inside the figure")
        text = self.report(files[0], "--metric", "1 - sign_recovery", "--select", "weighting=agnostic")
        self.assertIn("Figure 1: 1 - sign_recovery", text)
        self.assertIn("show a part: weighting=agnostic", self.words(text))

    def test_mistakes_are_one_line(self):
        path = self.written("a.h5", transition(trials=3))
        self.refused("report", path, "--output", "r.txt", saying="must end in .html")
        self.refused("report", path, "--output", "nowhere/r.html", saying="there is no folder")
        self.refused("report", path, self.path("b.h5"), saying="no such file")
        self.refused("report", path, "--metric", "mes", saying="no metric 'mes'")
        self.refused("report", path, "--select", "p=3", saying="has no value '3'")
        self.assertFalse(self.path("r.html").exists())


class OfARun(ReportTest):
    def command(self, *arguments):
        return [str(running.binaries() / "testbed"), *arguments]

    def test_commands_of_the_page_run(self):
        study = ("--size", "20,80", "--mean", "0.3,0.6", "--law", "uniform", "--trials", "9", "--seed", "5", "--fault", "none,throw_on_all", "--fault_trial", "7")
        subprocess.run(self.command(*study, "--quiet", "--output", "f.h5"), cwd=self.folder, env=running.ENVIRONMENT, capture_output=True, timeout=120)
        text = self.report(self.path("f.h5"))
        commands = [html.unescape(found) for found in re.findall(r"<code>(testbed [^<]*--only_trial 7[^<]*)</code>", text)]
        self.assertEqual(len(commands), 4)
        program, *words = shlex.split(commands[1])
        done = subprocess.run(self.command(*words), cwd=self.folder, env=running.ENVIRONMENT, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("asked to throw", done.stderr)
        program, *words = shlex.split(html.unescape(re.search(r"<code>(testbed [^<]*--retry_failed)</code>", text)[1]))
        done = subprocess.run(self.command(*words), cwd=self.folder, env=running.ENVIRONMENT, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 3, done.stderr)
        saved = base64.b64decode(re.search(r'base64,([^"]*)" download="f.toml"', text)[1])
        self.path("f.toml").write_bytes(saved)
        program, *words = shlex.split(html.unescape(re.search(r"<code>(testbed --config [^<]*)</code>", text)[1]))
        subprocess.run(self.command(*words), cwd=self.folder, env=running.ENVIRONMENT, capture_output=True, timeout=120)
        self.assertEqual(running.compare(self.path("f.h5"), self.path("f_again.h5"))[0], 0)

    def test_of_a_file_that_is_being_written(self):
        arguments = ("--size", "20,80", "--mean", "0.3,0.6", "--delay", "0.05", "--trials", "400", "--checkpoint_interval", "0.5", "--quiet", "--output", "w.h5")
        run = subprocess.Popen(self.command(*arguments), cwd=self.folder, env=running.ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            journal = self.path("w.h5.journal")
            deadline = time.monotonic() + 60
            while not (journal.exists() and journal.stat().st_size > 3000) and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertIsNone(run.poll())
            words = self.words(self.report(self.path("w.h5")))
            self.assertIsNone(run.poll(), "else the file was not being written")
        finally:
            run.kill()
            run.wait()
        self.assertIn("under way process", words)
        self.assertIn("bytes of newer records in w.h5.journal", words)
        self.assertIn("Trials are under way or still to come", words)
        words = self.words(self.report(self.path("w.h5")))
        self.assertIn("interrupted process", words)
        self.assertIn("To go on: testbed --output", words)


MEASURE = """<script>
addEventListener("load", () => {
  const frame = document.querySelector("iframe"), page = frame.contentDocument, root = page.documentElement;
  const box = item => { const r = item.getBoundingClientRect(); return [r.width, r.height]; };
  const wide = [...page.querySelectorAll("body *")].filter(item => !item.closest(".scroll") && item.getBoundingClientRect().right > root.clientWidth + 1);
  document.body.dataset.found = JSON.stringify({
    width: root.clientWidth, overflow: root.scrollWidth, wide: wide.map(item => item.outerHTML.slice(0, 80)),
    figures: [...page.querySelectorAll("svg")].map(box), texts: page.querySelectorAll("svg text").length,
    headings: [...page.querySelectorAll("h3")].map(item => item.textContent), rows: page.querySelectorAll("tbody tr").length,
    font: parseFloat(getComputedStyle(page.body).fontSize)});
});
</script>"""


class Browser(ReportTest):
    def setUp(self):
        super().setUp()
        if CHROMIUM is None:
            if os.environ.get("THRESHER_TESTS") == "long":
                self.fail("chromium is not installed: tools/setup --long")
            self.skipTest("chromium is not installed")

    def chromium(self, *arguments):
        done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={self.path('profile')}",
                               *arguments], cwd=self.folder, capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def seen(self, text, width):
        """The page in a frame of that width, as the browser lays it out."""
        import json

        text = re.sub(r"<meta http-equiv[^>]*>", "", text)  # the frame is this test's, and so is the script beside it
        frame = f'<iframe srcdoc="{html.escape(text)}" style="width:{width}px;height:900px;border:0"></iframe>'
        self.path("frame.html").write_text(f'<!DOCTYPE html><html><head><meta charset="utf-8">{MEASURE}</head><body>{frame}</body></html>', encoding="utf-8")
        shown = self.chromium("--window-size=1400,1000", "--virtual-time-budget=5000", "--dump-dom", f"file://{self.path('frame.html')}")
        return json.loads(html.unescape(re.search(r'data-found="([^"]*)"', shown)[1]))

    def test_on_a_phone_and_on_a_desk(self):
        study = transition(trials=30, attributes={"headlines": "sign_recovery mse over theta", "hosts": "node" * 60})
        study.status = np.full((3, 17, 2, 30), OK)
        study.status[1, 2, 1, 3] = FAILED
        study.failures = [(1, 2, 1, 3, "a reason " + "without_any_blank" * 20)]
        text = self.report(self.written("a.h5", study))
        for width in (360, 1200):
            found = self.seen(text, width)
            self.assertEqual(found["width"], width)
            self.assertLessEqual(found["overflow"], width, found["wide"])
            self.assertEqual(found["wide"], [])
            self.assertEqual(len(found["figures"]), 1)
            self.assertGreater(found["texts"], 20, "letters, not paths")
            self.assertGreaterEqual(found["font"], 14)
            self.assertIn("Gaps to theory", found["headings"])
            for w, h in found["figures"]:
                self.assertGreater(w, 290)
                self.assertLess(w, 1200)
                self.assertGreater(h, 100)

    def test_pictures_and_print(self):
        text = self.report(self.written("a.h5", transition(trials=20)))
        self.assertIn("Content-Security-Policy", text)
        self.chromium("--window-size=1000,1600", "--screenshot=a.png", f"file://{self.path('r.html')}")
        import matplotlib.image

        picture = matplotlib.image.imread(self.path("a.png"))
        self.assertEqual(picture.shape[:2], (1600, 1000))
        ink = (picture[..., :3].max(axis=-1) < 0.5).mean()
        self.assertGreater(ink, 0.003, "nothing was drawn")
        colours = np.unique((picture[..., :3] * 255).astype(int).reshape(-1, 3), axis=0)
        self.assertTrue(any(abs(int(g) - int(r)) > 60 for r, g, _ in colours), "no curve in colour")
        self.chromium("--print-to-pdf=a.pdf", "--no-pdf-header-footer", f"file://{self.path('r.html')}")
        self.assertTrue(self.path("a.pdf").read_bytes().startswith(b"%PDF"))


if __name__ == "__main__":
    running.main()
