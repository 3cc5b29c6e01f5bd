#include "results/output_lock.hpp"

#include "parameters/value.hpp"
#include "results/durable_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace thresher::results {
namespace {

using parameters::UserError;
using std::chrono::milliseconds;

class OutputLockTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/thresher-lock-XXXXXX";
    folder = mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string output() const { return folder + "/a.h5"; }
  std::string lock() const { return output() + ".lock"; }
  void write_lock(LockHolder const& holder) const { std::ofstream(lock()) << holder.text(); }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (auto const& entry : std::filesystem::directory_iterator(folder))
      found.insert(entry.path().filename().string());
    return found;
  }
  std::string folder;
};

/// Exit codes of what runs in processes of their own.
std::vector<int> in_processes(int count, std::function<int(int)> const& work) {
  std::vector<pid_t> children;
  for (int k = 0; k < count; ++k) {
    auto const child = fork();
    if (child == 0) _exit(work(k));
    if (child < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
    children.push_back(child);
  }
  std::vector<int> codes;
  for (auto const child : children) {
    int status = 0;
    pid_t ended = -1;
    do ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);  // a handler of MPI's may have run
    if (ended != child) throw std::runtime_error(std::string("waitpid: ") + std::strerror(errno));
    codes.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
  return codes;
}

enum Code { kWasAlone = 10, kWasNotAlone = 11, kRefused = 12, kFault = 13, kNoFilter = 14 };

/// Holds the lock of `output` for a moment, alone, and may die with it.
int hold(std::string const& output, bool dies) {
  try {
    OutputLock lock(output, 30);
    auto const inside = output + ".inside";
    int const descriptor = open(inside.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
    std::this_thread::sleep_for(milliseconds(2));
    lock.beat();
    if (descriptor >= 0) unlink(inside.c_str());
    if (dies) _exit(descriptor >= 0 ? kWasAlone : kWasNotAlone);
    return descriptor >= 0 ? kWasAlone : kWasNotAlone;
  } catch (UserError const&) {
    return kRefused;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "a start failed: %s\n", error.what());
    return kFault;
  }
}

TEST_F(OutputLockTest, HundredsOfStartsOnANewOutputHaveOneWinnerEach) {
  auto const codes = in_processes(120, [&](int) { return hold(output(), false); });
  EXPECT_THAT(codes, testing::Each(testing::AnyOf(kWasAlone, kRefused)));
  EXPECT_THAT(codes, testing::Contains(kWasAlone));
  EXPECT_EQ(names(), std::set<std::string>{});
}

TEST_F(OutputLockTest, HundredsOfStartsAfterDeadOnesHaveOneWinnerEach) {
  // Every holder dies with the lock, so that each is succeeded by one of those that wait.
  auto const codes = in_processes(120, [&](int) { return hold(output(), true); });
  EXPECT_THAT(codes, testing::Each(testing::AnyOf(kWasAlone, kRefused)));
  EXPECT_GT(std::count(codes.begin(), codes.end(), kWasAlone), 5);
}

/// From now on `calls` of the system fail for this process, as on a file system that does not know them.
void forbid(std::vector<std::uint32_t> const& calls) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (auto const call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog const whole{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) != 0)
    _exit(kNoFilter);
}

TEST_F(OutputLockTest, FileSystemsWithoutHardLinksHaveOneWinnerEachToo) {
  std::vector<std::uint32_t> const links{SYS_link, SYS_linkat};
  auto all = links;
  all.push_back(SYS_renameat2);
  for (auto const& missing : {links, all})
    for (bool const dies : {false, true}) {
      auto const codes = in_processes(60, [&](int) {
        forbid(missing);
        errno = 0;
        if (link("/proc/self/exe", (folder + "/linked").c_str()) == 0 || errno != EPERM) return kNoFilter + 0;
        return hold(output(), dies);
      });
      if (std::ranges::count(codes, kNoFilter) > 0)
        GTEST_SKIP() << "calls of the system cannot be filtered here";
      EXPECT_THAT(codes, testing::Each(testing::AnyOf(kWasAlone, kRefused)));
      EXPECT_THAT(codes, testing::Contains(kWasAlone));
    }
}

TEST_F(OutputLockTest, AClaimantThatDiedIsSucceededToo) {
  auto dead = LockHolder::here(30);
  dead.process_start = "1";
  write_lock(dead);
  auto claimant = LockHolder::here(30);
  claimant.process_start = "1";
  auto const text = dead.text();
  std::ofstream(fmt::format("{}.{:08x}", lock(), crc32(std::as_bytes(std::span(text))))) << claimant.text();
  {
    OutputLock const taken(output(), 30);
    EXPECT_NO_THROW(taken.beat());
    EXPECT_EQ(names(), std::set<std::string>{"a.h5.lock"});
  }
  EXPECT_EQ(names(), std::set<std::string>{});
}

TEST_F(OutputLockTest, AHolderThatWasReplacedNeitherBeatsNorReleases) {
  OutputLock first(output(), 30);
  auto const other = LockHolder::here(30);
  write_lock(other);
  EXPECT_THROW(first.beat(), std::runtime_error);
  first.release();
  EXPECT_EQ(read_file(lock()), other.text());
}

TEST_F(OutputLockTest, AClaimedLockIsLeftToItsSuccessor) {
  OutputLock first(output(), 30);
  auto const text = read_file(lock()).value();
  auto const claim = fmt::format("{}.{:08x}", lock(), crc32(std::as_bytes(std::span(text))));
  std::ofstream(claim) << LockHolder::here(30).text();
  first.release();
  EXPECT_EQ(read_file(lock()), text);
  EXPECT_TRUE(std::filesystem::exists(claim));
}

TEST_F(OutputLockTest, AFolderThatCannotBeWrittenIsAUsersError) {
  EXPECT_THROW(OutputLock(folder + "/none/a.h5", 30), UserError);
}

std::function<double()> beaten(double seconds) {
  return [seconds] { return seconds; };
}

class LockHolderTest : public testing::Test {
 protected:
  LockHolder const here = LockHolder::here(30);
  LockHolder other = here;
};

TEST_F(LockHolderTest, ReadsWhatItWrote) {
  EXPECT_EQ(LockHolder::parse(here.text()).text(), here.text());
  EXPECT_EQ(LockHolder::parse("garbage \n=\nrun").run, "");
}

TEST_F(LockHolderTest, AProcessInSightDecides) {
  EXPECT_TRUE(may_be_at_work(here, here, beaten(1e6)));
  other.process_start = "1";
  EXPECT_FALSE(may_be_at_work(other, here, beaten(0)));
}

TEST_F(LockHolderTest, OutOfSightTheBeatDecides) {
  for (auto const member : {&LockHolder::host, &LockHolder::boot, &LockHolder::pid_namespace}) {
    other = here;
    other.*member = "elsewhere";
    EXPECT_EQ(sight(other, here), Sight::out_of_sight);
    EXPECT_TRUE(may_be_at_work(other, here, beaten(59)));
    EXPECT_FALSE(may_be_at_work(other, here, beaten(61)));
  }
  EXPECT_TRUE(may_be_at_work(LockHolder::parse(""), here, beaten(0.5)));
  EXPECT_FALSE(may_be_at_work(LockHolder::parse(""), here, beaten(3)));
}

TEST_F(LockHolderTest, AProcessThatIsHiddenIsNotTakenForDead) {
  // Another user's eyes, where /proc shows only one's own processes. The holder is root's.
  constexpr uid_t kNobody = 65534;
  auto const codes = in_processes(1, [&](int) {
    bool const hidden = unshare(CLONE_NEWNS) == 0 &&
                        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                        mount("proc", "/proc", "proc", 0, "hidepid=2") == 0 && setgroups(0, nullptr) == 0 &&
                        setgid(kNobody) == 0 && setuid(kNobody) == 0;
    if (!hidden) return static_cast<int>(kNoFilter);
    other.pid = 2'000'000'000;
    bool const told_apart = sight(here, here) == Sight::out_of_sight && sight(other, here) == Sight::ended;
    return static_cast<int>(told_apart ? kWasAlone : kFault);
  });
  if (codes.front() == kNoFilter) GTEST_SKIP() << "processes cannot be hidden here";
  EXPECT_EQ(codes.front(), kWasAlone);
}

TEST_F(LockHolderTest, OnlyAnEarlierStartOfTheSameSlurmJobIsOver) {
  auto now = here;
  now.slurm_job = other.slurm_job = "7";
  now.slurm_start = other.slurm_start = 1;
  other.host = "elsewhere";
  EXPECT_TRUE(may_be_at_work(other, now, beaten(1))) << "another step of this start";
  other.slurm_start = 0;
  EXPECT_FALSE(may_be_at_work(other, now, beaten(1)));
  other.slurm_job = "8";
  EXPECT_TRUE(may_be_at_work(other, now, beaten(1)));
}

}  // namespace
}  // namespace thresher::results
