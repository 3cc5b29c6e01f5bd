#pragma once

#include "experiments/reward_single_index/data/noise_draws.hpp"
#include "experiments/reward_single_index/data/own_data.hpp"
#include "experiments/reward_single_index/model/parameters.hpp"
#include "experiments/reward_single_index/model/reward_link.hpp"
#include "linalg/tall_matrix.hpp"
#include "mpi/partition.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace thresher::reward_single_index {

/// How the inputs of a point's first stage are held on ranks with these resources: `auto` keeps them where
/// they fit 60 % of the memory. Not collective.
linalg::RowStorage settled_storage(Parameters const& point, study::Resources const& resources);

/// Projections and labels of some rows.
struct Labels {
  std::vector<double> z;
  std::vector<double> y;
};

/// The data of a trial's first stage: a hidden direction, inputs, labels. Everything is made when it is asked
/// for, as numbers of its address alone, or read from the user's file.
class TrialData {
 public:
  /// `point` says what all points of the trial share. Collective.
  TrialData(Parameters const& point, study::Team& team);

  study::Team& team() const { return team_; }
  RewardLink const& link() const { return link_; }
  /// The user's data, or null.
  OwnData const* own() const { return own_.get(); }
  /// The hidden direction, whole; zeros where the user's file does not know it. Not collective.
  std::vector<double> const& theta() const;
  NoiseDraws const& noise() const { return noise_; }

  /// Columns of inputs [rows): coordinates `columns` of row i in column i - rows.begin of `out`, rounded to
  /// float for single precision. Not collective.
  void fill_inputs(Precision precision, mpi::Range rows, mpi::Range columns, linalg::MatrixView out) const;
  /// The same as floats one after the other, rows.size() times columns.size() of them. Not collective.
  void fill_inputs(mpi::Range rows, mpi::Range columns, std::span<float> out) const;
  /// Rows [rows) of the inputs, spread over `comm`. Collective on it.
  linalg::TallMatrix inputs(mpi::Communicator const& comm, mpi::Range rows, Precision precision,
                            linalg::RowStorage storage) const;
  /// z and y of rows [rows), of which `block` holds the inputs, one per column. Not collective.
  Labels labels(mpi::Range rows, linalg::ConstMatrixView block) const;
  /// Labels of rows from `first_row`, y = link(z) + noise or as the user gave them, in two steps: what needs
  /// no projection, which may read the file and throw, and what follows from z. Not collective.
  void start_labels(std::int64_t first_row, std::span<double> y) const;
  void finish_labels(std::span<double const> z, std::span<double> y) const;

  /// All rows over the team, held as the point says. Kept. Collective.
  linalg::TallMatrix const& team_inputs(Parameters const& point) const;
  /// Labels of this rank's rows of `team_inputs`. Kept. Collective the first time.
  Labels const& own_labels(Parameters const& point) const;
  /// Shows this rank's rows with their labels; keeps the labels. Not collective.
  using Visitor =
      std::function<void(mpi::Range rows, linalg::ConstMatrixView block, std::span<double const> y)>;
  void visit(linalg::TallMatrix const& inputs, Precision precision, Visitor const& visitor) const;

  /// Labels that calibrate the transform: of the first rows. Every rank gets all. Collective.
  std::vector<double> training_labels(Parameters const& point) const;
  /// The same with their projections, from a sample of their own where data are drawn. Every rank gets
  /// all. Collective.
  Labels separate_labels(Parameters const& point) const;

 private:
  study::Team& team_;
  Parameters point_;
  RewardLink link_;
  std::unique_ptr<OwnData const> own_;
  random::Stream input_stream_;
  NoiseDraws noise_;
  // Keeping is not state that anyone sees: all of it can be made again, bit for bit.
  mutable std::vector<double> theta_;
  mutable std::map<std::pair<Precision, linalg::RowStorage>, linalg::TallMatrix> kept_;
  mutable std::map<Precision, Labels> labels_;
};

}  // namespace thresher::reward_single_index
