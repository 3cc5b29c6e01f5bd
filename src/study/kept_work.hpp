#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "study/team.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::study {

/// Whether an analysis takes so long that its state is kept when the run ends before it. A brief one is done
/// again, and neither reads nor writes files.
enum class Length { brief, lengthy };

/// What an analysis leaves when the run ends before it, and what an earlier run of the same trial has left.
/// `team` must outlive it; calls are collective.
class KeptWork {
 public:
  using Save = std::function<void(bytes::Writer&)>;

  /// `name` tells what the state belongs to beyond point and trial, and the version of what is saved: another
  /// name's is not taken up.
  KeptWork(Team& team, Length length, std::string_view name);
  /// `left_` reads `bytes_`, which are its own.
  KeptWork(KeptWork const&) = delete;
  KeptWork& operator=(KeptWork const&) = delete;

  /// State that an earlier run has left, to be read once; null where there is none.
  bytes::Reader* left() { return left_ ? &*left_ : nullptr; }
  /// Frees the memory of what was left, once it has been read.
  void forget_left();
  /// `save` writes what comes before everything that is kept from now on.
  void lead_with(Save save) { lead_ = std::move(save); }

  /// Whether the run wants to end.
  bool stopping() { return team_.stopping(); }
  /// Tells how far the analysis has come (0..1).
  void tell(double part) { team_.progress(part); }
  /// Keeps what `save` writes, for a run that may end without asking.
  void keep(Save const& save);
  /// Keeps what `save` writes and drops the trial, by Interrupted.
  [[noreturn]] void interrupt(Save const& save);
  /// `tell`, or `interrupt` where the run wants to end.
  void advance(double part, Save const& save);

 private:
  Team& team_;
  Length length_;
  std::string name_;
  Save lead_;
  std::vector<std::byte> bytes_;  ///< that `left_` reads
  std::optional<bytes::Reader> left_;
};

}  // namespace thresher::study
