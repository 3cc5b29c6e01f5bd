#include "experiments/group_matrix/data/signal.hpp"

#include "experiments/group_matrix/data/address.hpp"
#include "linalg/polar_factor.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// out(j, k) += scale times the stream's normal at (sub, j), k.
void add_normals(random::Stream const& stream, std::int64_t sub, double scale, linalg::MatrixView out) {
  std::vector<double> row(static_cast<std::size_t>(out.columns));
  for (std::int64_t j = 0; j < out.rows; ++j) {
    stream.normals({address(sub), address(j)}, 0, row);
    for (std::int64_t k = 0; k < out.columns; ++k) out(j, k) += scale * row[static_cast<std::size_t>(k)];
  }
}

}  // namespace

Signal::Signal(Parameters const& point, mpi::Communicator const& comm, mpi::Range own, StreamOf const& stream)
    : design_(point), shared_(design_.shared_rank()) {
  offsets_.push_back(shared_);
  for (std::int64_t g = 0; g < design_.groups(); ++g)
    offsets_.push_back(offsets_.back() + design_.own_rank(g));
  draw_bases(point, comm, stream);
  draw_scores(point, own, stream);
}

void Signal::draw_bases(Parameters const& point, mpi::Communicator const& comm, StreamOf const& stream) {
  bases_ = linalg::DenseMatrix(design_.columns(), offsets_.back());
  auto const of_factor = stream("factor_basis"), of_group = stream("group_basis");
  double const delta = point.distinctness;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto const shared = bases_.columns_from(0, shared_);
    add_normals(stream("shared_basis"), 0, 1, shared);
    linalg::polar_factor(shared);
    for (std::int64_t g = 0; g < design_.groups(); ++g) {
      auto const basis = bases_.columns_from(offsets_[static_cast<std::size_t>(g)], design_.own_rank(g));
      if (delta < 1) add_normals(of_factor, 1 + design_.factor_of(g), std::sqrt(1 - delta), basis);
      if (delta > 0) add_normals(of_group, g, std::sqrt(delta), basis);
      linalg::polar_factor(basis);
    }
  });
  mpi::broadcast(comm, bases_.values());
}

void Signal::draw_scores(Parameters const& point, mpi::Range own, StreamOf const& stream) {
  scores_ = linalg::DenseMatrix(offsets_.back(), own.size());
  auto const of_shared = stream("shared_score"), of_group = stream("group_score");
  double const s = point.score_mean;
  std::map<std::vector<std::int64_t>, std::int32_t> kinds;
  for (auto i = own.begin; i < own.end; ++i) {
    auto const groups = design_.groups_of(i);
    auto const [kind, is_new] = kinds.try_emplace(groups, static_cast<std::int32_t>(kinds_.size()));
    if (is_new) {
      auto& components = kinds_.emplace_back();
      for (std::int64_t k = 0; k < shared_; ++k) components.push_back(k);
      for (auto const g : groups)
        for (std::int64_t k = 0; k < design_.own_rank(g); ++k)
          components.push_back(offsets_[static_cast<std::size_t>(g)] + k);
    }
    kind_of_.push_back(kind->second);
    auto const column = scores_.column(i - own.begin);
    of_shared.normals({address(i)}, 0, column.first(static_cast<std::size_t>(shared_)));
    for (auto const g : groups) {
      auto const part = column.subspan(static_cast<std::size_t>(offsets_[static_cast<std::size_t>(g)]),
                                       static_cast<std::size_t>(design_.own_rank(g)));
      of_group.normals({address(g), address(i)}, 0, part);
      for (double& score : part) score = (s + score) / std::sqrt(1 + s * s);
    }
    double const scale = std::sqrt(static_cast<double>(design_.columns()) /
                                   static_cast<double>(components(i - own.begin).size()));
    for (double& score : column) score *= scale;
  }
}

void Signal::row(std::int64_t own_row, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  for (auto const c : components(own_row)) {
    double const score = scores_(c, own_row);
    double const* const basis = bases_.column(c).data();
    for (std::size_t j = 0; j < out.size(); ++j) out[j] += score * basis[j];
  }
}

}  // namespace thresher::group_matrix
