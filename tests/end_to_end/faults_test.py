"""What machines and users do to a run: full disks, vanished folders, stopped and killed ranks, stale locks, odd names, odd input."""

import contextlib
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import time
import unittest.mock

import h5py
import numpy
import xarray

import running

SHORT = ["--mean", "0,1", "--trials", 30, "--delay", "0.02", "--checkpoint_interval", "0.1", "--quiet"]


# Longer than any time limit that is given to it.
SLOW = ["--trials", 2, "--delay", 60, "--grace", 0.3, "--time_limit", 0.3, "--quiet", "--resume"]


class FaultTest(running.StudyTest):
    def start_study(self, *arguments, ranks=0):
        process = super().start_study(*arguments, ranks=ranks)
        self.addCleanup(self.kill_study, process)
        return process

    def assert_one_line(self, done, *words):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertLess(len(done.stderr), 1500)
        for word in words:
            self.assertIn(word, done.stderr)

    def finished(self, path):
        with h5py.File(path) as f:
            return int(numpy.count_nonzero(f["status"][...]))

    def wait_for_results(self, path, least=3):
        """Waits until a run has written its file and some trials have come back."""
        journal = path.with_name(path.name + ".journal")
        self.wait_for(lambda: journal.exists() and journal.stat().st_size > 1500 + 200 * least)

    @contextlib.contextmanager
    def disk(self, name, options):
        """A small file system of its own; needs the right to mount."""
        path = self.folder / name
        path.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)],
                                               capture_output=True).returncode != 0:
            self.skipTest("cannot mount")
        try:
            yield path
        finally:
            subprocess.run(["umount", "-l", str(path)], check=True)

    def remount(self, path, options):
        subprocess.run(["mount", "-o", "remount," + options, str(path)], check=True)


class Disks(FaultTest):
    WIDE = ["--wide", "--mean", "0,1", "--trials", 6000, "--checkpoint_interval", "0.1", "--quiet"]

    def test_a_full_disk_ends_the_run_and_space_lets_it_go_on(self):
        self.run_study(*self.WIDE, "--output", "calm.h5")
        for ranks in (0, 2):
            with self.disk(f"disk{ranks}", "size=1m") as disk:
                done = self.run_study(*self.WIDE, "--output", disk / "a.h5", ranks=ranks, expect=1)
                self.assertIn("No space left", done.stderr)
                self.assertIn("--resume", done.stderr)
                self.finished(disk / "a.h5")
                self.assertEqual(sorted(p.name for p in disk.iterdir()), ["a.h5", "a.h5.journal"])
                # Not even enough for a new journal: refused, and nothing is lost.
                self.run_study("--resume", "--quiet", "--output", disk / "a.h5", ranks=ranks, expect=2)
                self.remount(disk, "size=40m")
                self.run_study("--resume", "--quiet", "--output", disk / "a.h5")
                self.assert_same("calm.h5", disk / "a.h5")

    def test_a_disk_too_small_for_the_last_rewrite(self):
        study = ["--mean", "0:0.002:2", "--trials", 100, "--quiet"]
        self.run_study(*study, "--output", "calm.h5")
        with self.disk("disk", "size=12m") as disk:
            done = self.run_study(*study, "--output", "disk/a.h5", expect=None)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("No space left", done.stderr)
            self.finished(disk / "a.h5")
            self.remount(disk, "size=100m")
            self.run_study("--resume", "--quiet", "--output", "disk/a.h5")
            self.assert_same("calm.h5", "disk/a.h5")

    def test_a_disk_that_is_full_from_the_start(self):
        with self.disk("disk", "size=16k") as disk:
            (disk / "ballast").write_bytes(bytes(4096))
            self.assert_one_line(self.run_study(*SHORT, "--output", "disk/a.h5", expect=None), "disk/a.h5", "No space left")
            self.assertEqual([p.name for p in disk.iterdir()], ["ballast"])
            (disk / "ballast").write_bytes(bytes(16384))
            self.assert_one_line(self.run_study(*SHORT, "--output", "disk/a.h5", expect=None), "disk/a.h5", "No space left")
            self.assertEqual([p.name for p in disk.iterdir()], ["ballast"])

    def test_artifacts_on_a_full_disk_are_never_half(self):
        study = ["--array", 20000, "--trials", 12, "--artifacts", "all", "--checkpoint_interval", "0.1", "--quiet"]
        self.run_study(*study, "--output", "calm.h5")
        with self.disk("disk", "size=1m") as disk:
            done = self.run_study(*study, "--output", "disk/a.h5", expect=None)
            self.assertIn(done.returncode, (1, 3), done.stderr)
            self.assertIn("No space left", done.stderr)
            whole = [p for p in (disk / "a.h5.artifacts").iterdir() if p.suffix == ".h5"]
            self.assertGreater(len(whole), 2)
            for path in whole:
                with h5py.File(path) as f:
                    self.assertTrue(numpy.isfinite(f["numbers"][...]).all())
            self.remount(disk, "size=40m")
            self.run_study("--resume", "--retry_failed", "--quiet", "--output", "disk/a.h5")
            self.assert_same("calm.h5", "disk/a.h5")

    def test_a_read_only_folder(self):
        with self.disk("disk", "size=1m") as disk:
            self.run_study(*SHORT, "--output", "disk/a.h5")
            self.remount(disk, "ro")
            self.assert_one_line(self.run_study(*SHORT, "--output", "disk/b.h5", expect=None), "disk/b.h5", "Read-only")
            self.assert_one_line(self.run_study("--resume", "--trials", 40, "--output", "disk/a.h5", expect=None), "disk/a.h5")
            self.run_study("--resume", "--plan", "--output", "disk/a.h5")

    def test_a_folder_that_goes_away(self):
        self.run_study(*SHORT, "--output", "calm.h5")
        gone = self.folder / "gone"
        for ranks, action in ((0, gone.rename), (2, gone.rename), (0, lambda _: shutil.rmtree(gone))):
            gone.mkdir()
            process = self.start_study(*SHORT, "--output", "gone/a.h5", ranks=ranks)
            self.wait_for_results(gone / "a.h5")
            action(self.folder / "moved")
            self.assertNotIn(process.wait(120), (0, 2), self.said(process))
            self.assertIn("gone/a.h5", self.said(process))
            self.assertNotIn("another run", self.said(process))
            if (self.folder / "moved").exists():
                self.run_study(*SHORT, "--resume", "--output", "moved/a.h5")
                self.assert_same("calm.h5", "moved/a.h5")
                shutil.rmtree(self.folder / "moved")


class TimeLimits(FaultTest):
    def test_a_trial_longer_than_the_time_limit_does_not_go_round_for_ever(self):
        for ranks in (0, 2):
            name = f"slow{ranks}.h5"
            for _ in range(2):
                for code in (75, 75, 2):
                    done = self.run_study(*SLOW, "--output", name, ranks=ranks, expect=None)
                    self.assertEqual(done.returncode, code, done.stderr)
                    self.assertEqual("no progress in 3 starts" in done.stderr, code == 2, done.stderr)
            self.assertIn("a time limit of at least", done.stderr)
            with h5py.File(self.folder / name) as file:
                self.assertTrue((file["status"][...] == 0).all(), "nothing has failed: it was not given the time")

    def test_a_state_that_moves_is_progress(self):
        codes = []
        while not codes or codes[-1] == 75:
            codes.append(self.run_study("--trials", 1, "--delay", 3, "--steps", 30, "--time_limit", 0.5, "--quiet", "--resume", "--output", "kept.h5",
                                        expect=None).returncode)
        self.assertEqual(codes[-1], 0)
        self.assertGreater(len(codes), 3)

    def test_a_step_that_is_never_done_is_none(self):
        """One step is longer than the limit: none is ever reached."""
        codes = [self.run_study("--trials", 1, "--delay", 20, "--steps", 10, "--time_limit", 0.3, "--grace", 0.3, "--quiet", "--resume",
                                "--output", "stuck.h5", expect=None).returncode for _ in range(3)]
        self.assertEqual(codes, [75, 75, 2])

    def test_ends_from_outside_do_not_count(self):
        for _ in range(4):
            process = self.start_study("--trials", 2, "--delay", 60, "--grace", 0.3, "--quiet", "--resume", "--output", "ended.h5")
            lock = self.folder / "ended.h5.lock"
            self.wait_for(lambda: lock.exists() and f"pid={process.pid}\n" in lock.read_text())
            time.sleep(2)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(120), 75, self.said(process))
        with h5py.File(self.folder / "ended.h5") as file:
            self.assertTrue((file["status"][...] == 0).all())


class Suspension(FaultTest):
    def test_a_pause_is_no_time_of_a_trial(self):
        for ranks in (0, 2):
            name = f"paused{ranks}.h5"
            process = self.start_study("--trials", 2, "--delay", 1.5, "--quiet", "--output", name, ranks=ranks)
            self.wait_for(lambda name=name: (self.folder / (name + ".journal")).exists())
            time.sleep(0.5)
            pids = self.ranks_of_study()
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(8)
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            self.assertEqual(process.wait(60), 0, self.said(process))
            with h5py.File(self.folder / name) as file:
                self.assertLess(numpy.max(file["trial_seconds"][...]), 6)
                self.assertLess(file["summary/spent_mean"][()], 6)


class Processes(FaultTest):
    def rank(self, number):
        """Process of a rank of the run in this test's folder."""
        for pid in self.ranks_of_study():
            with contextlib.suppress(OSError):
                if f"OMPI_COMM_WORLD_RANK={number}\0" in pathlib.Path(f"/proc/{pid}/environ").read_text():
                    return pid
        self.fail(f"rank {number} is not there")

    def test_stopped_ranks_go_on(self):
        self.run_study(*SHORT, "--output", "calm.h5")
        for victim in (0, 1):
            name = f"stopped{victim}.h5"
            process = self.start_study(*SHORT, "--output", name, ranks=2)
            self.wait_for_results(self.folder / name)
            pid = self.rank(victim)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(1)
            self.assertIsNone(process.poll())
            self.assert_one_line(self.run_study(*SHORT, "--resume", "--output", name, expect=None), "being written", name + ".lock")
            os.kill(pid, signal.SIGCONT)
            self.assertEqual(process.wait(120), 0, self.said(process))
            self.assert_same("calm.h5", name)

    def test_any_rank_may_be_killed(self):
        self.run_study(*SHORT, "--output", "calm.h5")
        for ranks in (2, 3):
            for victim in range(ranks):
                name = f"killed{ranks}{victim}.h5"
                process = self.start_study(*SHORT, "--output", name, ranks=ranks)
                self.wait_for_results(self.folder / name)
                os.kill(self.rank(victim), signal.SIGKILL)
                self.assertNotEqual(process.wait(120), 0)
                self.finished(self.folder / name)
                self.run_study(*SHORT, "--resume", "--output", name, ranks=5 - ranks)
                self.assert_same("calm.h5", name)

    def test_locks(self):
        lock = self.folder / "a.h5.lock"
        here = os.uname().nodename
        foreign = "host=elsewhere\npid=1\nprocess_start=5\nslurm_job=\nbeat_interval={}\nrun=1\n"
        stat = pathlib.Path(f"/proc/{os.getpid()}/stat").read_text()
        start = stat.rsplit(")", 1)[1].split()[19]
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        sight = f"host={here}\nboot={boot}\npid_namespace={os.readlink('/proc/self/ns/pid')}\n"
        living = f"{sight}pid={os.getpid()}\nprocess_start={start}\nslurm_job=7\nbeat_interval=30\nrun=1\n"
        for content, age, taken in (("", 0, True), ("\0\xff garbage", 0, True), ("host\npid=-3\n" * 1000, 0, True),
                                    (f"host={here}\npid=999999999\nprocess_start=5\n", 0, True),
                                    (living.replace(f"process_start={start}", "process_start=1"), 0, True),
                                    (living.replace(os.readlink("/proc/self/ns/pid"), "pid:[1]"), 0, False),
                                    (foreign.format(300).replace("slurm_job=", "slurm_job=7"), 0, False),
                                    (foreign.format(30), 1000, True), (foreign.format("many"), 0, True),
                                    (foreign.format(300), 400, False), (foreign.format(300), -10, False),
                                    (living, 1000, False)):
            lock.write_text(content)
            now = time.time()
            os.utime(lock, (now - age, now - age))
            with unittest.mock.patch.dict(running.ENVIRONMENT, SLURM_JOB_ID="7"):
                done = self.run_study("--trials", 1, "--quiet", "--overwrite", "--output", "a.h5", expect=None)
            if taken:
                self.assertEqual(done.returncode, 0, f"{content!r} {age}: {done.stderr}")
                self.assertFalse(lock.exists())
            else:
                self.assert_one_line(done, "being written", "a.h5.lock")
                self.assertEqual(lock.read_text(), content)
        lock.unlink()
        lock.mkdir()
        self.assert_one_line(self.run_study("--trials", 1, "--overwrite", "--output", "a.h5", expect=None), "a.h5")

    def test_starts_at_the_same_moment_have_one_winner(self):
        for mode in ([], ["--resume"]):
            for turn in range(3):
                name = f"race{len(mode)}{turn}.h5"
                runs = {seed: self.start_study("--trials", 2, "--delay", 0.3, "--seed", seed, "--quiet", *mode, "--output", name) for seed in range(1, 6)}
                codes = {seed: run.wait(60) for seed, run in runs.items()}
                self.assertEqual(sorted(codes.values()), [0, 2, 2, 2, 2], [self.said(run) for run in runs.values()])
                with h5py.File(self.folder / name) as file:
                    self.assertEqual(codes[int(file.attrs["seed"])], 0)

    def test_a_run_in_another_container_is_alive(self):
        """A container shares the host's name, not its process ids."""
        container = ["unshare", "--pid", "--fork", "--mount-proc"]
        if os.geteuid() != 0 or subprocess.run([*container, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no right to make a pid namespace")
        with unittest.mock.patch.object(self, "command", lambda *a, **k: container + running.StudyTest.command(self, *a, **k)):
            first = self.start_study("--trials", 12, "--delay", 0.5, "--quiet", "--output", "a.h5")
        self.wait_for(lambda: (self.folder / "a.h5.lock").exists())
        self.assert_one_line(self.run_study("--trials", 12, "--resume", "--output", "a.h5", expect=None), "being written", "a.h5.lock")
        self.assertEqual(first.wait(60), 0, self.said(first))
        self.assertEqual(self.run_study("--trials", 12, "--resume", "--quiet", "--output", "a.h5").returncode, 0)

    def test_show_tells_a_killed_run_from_one_at_work(self):
        def shown():
            return subprocess.run([running.ROOT / "tools" / "thresher", "show", self.folder / "a.h5"], capture_output=True, text=True).stdout

        process = self.start_study("--trials", 100, "--delay", 0.3, "--quiet", "--output", "a.h5")
        self.wait_for(lambda: (self.folder / "a.h5.journal").exists())
        self.assertRegex(shown(), f"under way +process {process.pid} ")
        self.kill_study(process)
        self.assertNotIn("under way", shown())
        self.assertRegex(shown(), f"interrupted +process {process.pid} .*no longer at work")

    def test_a_clock_that_jumps(self):
        library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        if library is None:
            self.skipTest("no libfaketime")
        self.run_study(*SHORT, "--output", "calm.h5")
        clock = self.folder / "clock"
        clock.write_text("+0\n")
        fake = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with unittest.mock.patch.dict(running.ENVIRONMENT, fake):
            process = self.start_study(*SHORT, "--output", "a.h5")
            for jump in ("+400d", "-400d", "+1h"):
                time.sleep(0.3)
                clock.write_text(jump + "\n")
            self.assertEqual(process.wait(120), 0, self.said(process))
        self.assert_same("calm.h5", "a.h5")


class Sizes(FaultTest):
    def test_no_trials(self):
        self.run_study("--mean", "0,1", "--trials", 0, "--quiet", "--output", "a.h5")
        with xarray.open_dataset(self.folder / "a.h5", group="theory") as theory:
            self.assertEqual(theory.expected.values.tolist(), [0, 1])
        self.run_study("--mean", "0,1", "--trials", 0, "--plan")
        self.run_study("--resume", "--quiet", "--output", "a.h5")
        for part in (1, 2):
            self.run_study("--mean", "0,1", "--trials", 0, "--shard", f"{part}/2", "--quiet", "--output", f"part{part}.h5")
        self.run_study("--merge", "part1.h5,part2.h5", "--output", "merged.h5")
        self.assert_same("a.h5", "merged.h5")
        self.run_study("--resume", "--trials", 3, "--quiet", "--output", "a.h5")
        self.run_study("--mean", "0,1", "--trials", 3, "--quiet", "--output", "fresh.h5")
        self.assert_same("fresh.h5", "a.h5")

    def test_shards_of_teams_of_three_merge(self):
        for part in (1, 2):
            self.run_study("--trials", 4, "--ranks_per_trial", 3, "--shard", f"{part}/2", "--quiet", "--output", f"part{part}.h5",
                           ranks=3)
        self.run_study("--merge", "part1.h5,part2.h5", "--output", "merged.h5")
        self.assertEqual(self.finished(self.folder / "merged.h5"), 4)

    def test_an_axis_of_length_one_is_no_axis(self):
        for number, mean in enumerate(("1", "1:5:1", "log:1:1:1", "1:1:1.5")):
            self.run_study("--mean", mean, "--zip", "size,power", "--size", 5, "--power", 2, "--trials", 2, "--quiet",
                           "--output", f"{number}.h5")
            with h5py.File(self.folder / f"{number}.h5") as f:
                self.assertEqual(f["estimate"].shape, (2,))
        self.run_study("--resume", "--mean", "1,2", "--quiet", "--output", "0.h5")

    def test_a_long_axis_costs_in_proportion(self):
        started = running.processor_seconds_of_children()
        self.run_study("--mean", "0:0.00002:1", "--size", 1, "--trials", 1, "--quiet", "--output", "a.h5")
        between = running.processor_seconds_of_children()
        self.run_study("--resume", "--trials", 2, "--quiet", "--output", "a.h5")
        self.assertLess(running.processor_seconds_of_children() - between, 5 * (between - started) + 5)
        self.assertEqual(self.finished(self.folder / "a.h5"), 100002)

    def test_a_study_that_memory_cannot_hold_is_refused(self):
        for arguments, word in ((["--mean", "0:0.00001:1", "--level", "0:0.0001:1", "--trials", 1], "points"),
                                (["--trials", "1e9", "--mean", "0:0.01:0.9"], "trials")):
            self.assert_one_line(self.run_study(*arguments, "--output", "a.h5", "--memory_per_rank", "4G", expect=None), word)
        self.run_study("--plan", "--plan_ranks", "1e7", "--ranks_per_trial", "auto", "--mean", "0:0.01:1", "--trials", 1, timeout=60)


class Access(FaultTest):
    def mode(self, name):
        return stat.S_IMODE((self.folder / name).stat().st_mode)

    def test_a_file_that_is_replaced_keeps_its_mode_and_group(self):
        for mode in (0o600, 0o664, 0o640):
            name = f"mode{mode:o}.h5"
            self.run_study("--trials", 1, "--delay", 0.2, "--quiet", "--output", name)
            (self.folder / name).chmod(mode)
            if os.geteuid() == 0:
                os.chown(self.folder / name, -1, 12)
            self.run_study("--trials", 2, "--delay", 0.2, "--quiet", "--resume", "--output", name)
            self.assertEqual(self.mode(name), mode)
            if os.geteuid() == 0:
                self.assertEqual((self.folder / name).stat().st_gid, 12)
            self.run_study("--trials", 1, "--delay", 0.2, "--quiet", "--overwrite", "--output", name)
            self.assertEqual(self.mode(name), mode)
            process = self.start_study("--trials", 100, "--delay", 0.2, "--quiet", "--resume", "--output", name)
            self.wait_for(lambda name=name: (self.folder / (name + ".journal")).exists())
            self.assertEqual(self.mode(name + ".journal"), mode, "what is private is so in the journal, too")
            self.kill_study(process)

    def test_a_write_protected_file_is_refused(self):
        self.run_study("--trials", 1, "--delay", 0.2, "--quiet", "--output", "a.h5")
        (self.folder / "a.h5").chmod(0o444)
        before = (self.folder / "a.h5").read_bytes()
        for mode in ("--resume", "--overwrite"):
            self.assert_one_line(self.run_study("--trials", 2, mode, "--output", "a.h5", expect=None), "a.h5", "write-protected")
        self.assertEqual((self.folder / "a.h5").read_bytes(), before)
        self.run_study("--trials", 2, "--delay", 0.2, "--quiet", "--shard", "1/1", "--output", "part.h5")
        self.assert_one_line(self.run_study("--merge", "part.h5", "--overwrite", "--output", "a.h5", expect=None), "a.h5",
                             "write-protected")
        self.assertEqual((self.folder / "a.h5").read_bytes(), before)


class Launchers(FaultTest):
    def test_copies_that_do_not_see_each_other_are_refused_in_one_line(self):
        lines = []
        for number in range(3):
            with unittest.mock.patch.dict(running.ENVIRONMENT, PMI_SIZE="3", PMI_RANK=str(number)):
                lines += self.run_study("--trials", 1, "--output", "a.h5", expect=2).stderr.splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("mpiexec (MPICH's kind) started 3 copies", lines[0])
        self.assertIn("mpirun", lines[0])
        self.assertFalse((self.folder / "a.h5").exists())

    def test_a_job_of_several_tasks_without_a_launcher_is_told(self):
        with unittest.mock.patch.dict(running.ENVIRONMENT, SLURM_NTASKS="4"):
            done = self.run_study("--trials", 1, "--output", "a.h5")
            self.assertIn("4 tasks", done.stderr)
            self.assertNotIn("4 tasks", self.run_study("--trials", 1, "--output", "b.h5", ranks=2).stderr)


class Names(FaultTest):
    def test_spaces_and_letters(self):
        folder = self.folder / "zweiter Versuch, größer"
        folder.mkdir()
        config = folder / "été 実験.toml"
        config.write_text('mean = [0, 1]\ntrials = 4\narray = 10000\nartifacts = "first"\n')
        name = folder / "résultat 'δ' \"β\".h5"
        self.run_study("--config", config, "--quiet", "--output", name, ranks=2)
        self.run_study("--resume", "--trials", 6, "--quiet", "--output", name)
        self.run_study("--config", config, "--trials", 6, "--quiet", "--output", "plain.h5")
        self.assert_same("plain.h5", name)
        with xarray.open_dataset(name) as f:
            self.assertIn("résultat", f.attrs["command_line"])

    def test_a_link_stays_one(self):
        scratch = self.folder / "scratch"
        scratch.mkdir()
        (self.folder / "linked.h5").symlink_to("scratch/real.h5")
        self.run_study("--mean", "0,1", "--trials", 4, "--quiet", "--output", "linked.h5", ranks=2)
        self.run_study("--resume", "--trials", 6, "--quiet", "--output", "linked.h5")
        self.run_study("--mean", "0,1", "--trials", 6, "--quiet", "--output", "plain.h5")
        self.assertTrue((self.folder / "linked.h5").is_symlink())
        self.assertEqual([entry.name for entry in scratch.iterdir()], ["real.h5"])
        self.assert_same("plain.h5", "scratch/real.h5")
        (self.folder / "circle.h5").symlink_to("circle.h5")
        self.assert_one_line(self.run_study("--trials", 1, "--output", "circle.h5", expect=2))

    def test_bytes_that_are_no_letters(self):
        name = os.fsdecode(b"caf\xe9\n.h5")
        self.run_study("--trials", 2, "--quiet", "--output", name)
        self.run_study("--resume", "--trials", 3, "--quiet", "--output", name)
        (self.folder / name).rename(self.folder / "named.h5")  # netCDF does not open such names
        with xarray.open_dataset(self.folder / "named.h5") as f:
            self.assertEqual(f.sizes["trial"], 3)
        for arguments in (["--size", "1\n2"], ["--si\nze", "1"], ["--mean", "x" * 100000], ["--law", "\x1b[31m"]):
            self.assert_one_line(self.run_study(*arguments, "--output", "a.h5", expect=None))

    def test_text_inputs_come_back(self):
        with h5py.File(self.folder / "a\n\t\"\\é.h5", "w") as f:
            f["x"] = [1.0]
        self.run_study("--trials", 2, "--input", "a\n\t\"\\é.h5", "--quiet", "--output", "a.h5")
        self.run_study("--resume", "--trials", 3, "--quiet", "--output", "a.h5")

    def test_outputs_that_are_no_files(self):
        (self.folder / "folder").mkdir()
        os.mkfifo(self.folder / "pipe")
        long_name = "x" * 250
        (self.folder / "a.h5").write_bytes(b"")
        for name, how in (("folder", "--overwrite"), ("folder/", "--resume"), ("pipe", "--overwrite"), ("pipe", "--resume"),
                          (long_name + ".h5", "--quiet"), ("y" * 5000, "--resume"), ("a.h5/b.h5", "--overwrite")):
            self.assert_one_line(self.run_study("--trials", 1, how, "--output", name, expect=None, timeout=60), "output = ")
        for arguments in (["--merge", "pipe,pipe"], ["--input", "pipe"], ["--input", "folder"]):
            self.assert_one_line(self.run_study(*arguments, "--output", "b.h5", expect=None, timeout=60), "is no file")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.h5", "folder", "pipe"])

    def test_a_journal_without_its_file_and_a_file_without_its_journal(self):
        self.run_study(*SHORT, "--output", "calm.h5")
        for lost in ("a.h5", "a.h5.journal"):
            process = self.start_study(*SHORT, "--output", "a.h5")
            self.wait_for_results(self.folder / "a.h5")
            self.kill_study(process)
            (self.folder / lost).unlink()
            self.run_study(*SHORT, "--resume", "--output", "a.h5")
            self.assert_same("calm.h5", "a.h5")
            (self.folder / "a.h5").unlink()


class Texts(FaultTest):
    def toml(self, content):
        (self.folder / "c.toml").write_bytes(content)
        return self.run_study("--config", "c.toml", "--quiet", "--output", "t.h5", "--overwrite", expect=None)

    def test_texts_that_are_fine(self):
        for content in (b"\xef\xbb\xbftrials = 2\n", b"trials = 2\r\nmean = [0,\r\n 1]\r\n", b"", b"# nothing\n", b"trials = 2"):
            self.assertEqual(self.toml(content + b"").returncode, 0, content)

    def test_texts_that_are_refused(self):
        for content in (b"trials = 2\ntrials = 3\n", b"trials = 99999999999999999999999\n", b"trials = 1e99999\n",
                        b"mean = " + b"9" * 100000 + b"\n", b"mean = nan\n", b"trials = 2000-01-01\n", b"trials = {}\n",
                        b"trials = " + b"[" * 100000, b"a" + b".a" * 100000 + b" = 1\n", b"[" + b"a." * 100000 + b"a]\n",
                        b"trials = [[1, 2], [3]]\n", b"\xff\xfet\0r\0", b"trials = 2\0\n", b"trials = \"\xff\"\n",
                        b"x\ny\nz", b"\"tri\\nals\" = 2\n", b"size = \"1\\n2\"\n", b"trials = 2\rmean = 3\r"):
            done = self.toml(content)
            self.assert_one_line(done, "c.toml")
        self.assert_one_line(self.run_study("--config", ".", expect=None), "config")
        self.assert_one_line(self.run_study("--config", "/dev/zero", expect=None, timeout=60), "config")


if __name__ == "__main__":
    running.main()
