#include "prox/known_correlations.hpp"

#include "linalg/shared_state.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::prox {

namespace {

/// Residuals that bounds of correlations may refer to.
constexpr std::size_t kMostVersions = 48;

double distance_between(std::span<double const> a, std::span<double const> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

}  // namespace

KnownCorrelations::KnownCorrelations(Design const& design)
    : design_(design),
      columns_(design.local_columns()),
      correlation_(static_cast<std::size_t>(columns_.size()), 0.0),
      version_(correlation_.size(), -1),
      anchors_(design.rows()),
      estimates_(correlation_.size(), 0.0F) {}

void KnownCorrelations::refer_to(std::span<double const> residual) {
  residual_.assign(residual.begin(), residual.end());
  distance_.clear();
  for (auto const& version : versions_)
    distance_.push_back(distance_between(residual_, version) /
                        std::sqrt(static_cast<double>(design_.rows())));
  estimate_error_ = anchors_.estimate(residual_, estimates_);
}

void KnownCorrelations::measure_norms() {
  std::vector<std::int64_t> all(correlation_.size());
  std::iota(all.begin(), all.end(), columns_.begin);
  norm_.resize(all.size());
  design_.squared_norms(all, norm_);
  for (double& norm : norm_) norm = std::sqrt(norm / static_cast<double>(design_.rows()));
}

void KnownCorrelations::record(std::span<std::int64_t const> which, std::span<double const> products,
                               Columns columns) {
  if (norm_.size() < correlation_.size()) measure_norms();
  if (versions_.empty() || distance_.back() != 0) {
    if (versions_.size() == kMostVersions) {
      versions_.erase(versions_.begin());
      distance_.erase(distance_.begin());
      ++first_version_;
    }
    versions_.push_back(residual_);
    distance_.push_back(0);
  }
  if (columns == Columns::all) anchors_.add(residual_, products);
  auto const version = first_version_ + static_cast<std::int32_t>(versions_.size()) - 1;
  for (std::size_t k = 0; k < which.size(); ++k) {
    correlation_[at(which[k])] = std::abs(products[k]) / static_cast<double>(design_.rows());
    version_[at(which[k])] = version;
  }
}

void KnownCorrelations::save(bytes::Writer& state) const {
  auto const& comm = design_.communicator();
  state.put(first_version_, versions_.size());
  for (auto const& version : versions_) linalg::put_shared<double>(state, comm, version);
  state.put(correlation_, version_, norm_);
  anchors_.save(state, comm);
}

void KnownCorrelations::load(bytes::Reader& state) {
  auto const& comm = design_.communicator();
  state.read(first_version_);
  versions_.resize(state.get<std::size_t>());
  for (auto& version : versions_) version = linalg::get_shared<double>(state, comm);
  state.read(correlation_, version_, norm_);
  anchors_.load(state, comm);
}

}  // namespace thresher::prox
