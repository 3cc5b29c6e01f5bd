#include "experiments/entropy_coupling/solvers/coupling.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace thresher::entropy_coupling {

CouplingRecorder::CouplingRecorder(Law const& law, std::size_t observations) : observations_(observations) {
  if (law.size() == 1) {
    symbols_.push_back(0);
    masses_.push_back(law.total);
    codes_.resize(observations_);
  } else {
    cell_codes_.resize(observations_);
  }
}

void CouplingRecorder::observe(Split const& split) {
  assert(seen_ < observations_);
  std::size_t const older = masses_.size();
  for (auto const& piece : split.pure) {
    symbols_.push_back(piece.symbol);
    masses_.push_back(piece.mass);
    codes_.resize(codes_.size() + observations_);
    auto const* parent = row(cell_codes_, piece.parent);
    auto* code = row(codes_, masses_.size() - 1);
    std::copy(parent, parent + seen_, code);
    code[seen_] = piece.value;
  }
  std::vector<std::int32_t> cell_codes(split.parents.size() * observations_);
  for (std::size_t c = 0; c < split.parents.size(); ++c) {
    auto const* parent = row(cell_codes_, split.parents[c]);
    auto* code = row(cell_codes, c);
    std::copy(parent, parent + seen_, code);
    code[seen_] = split.values[c];
  }
  cell_codes_ = std::move(cell_codes);
  spend(split.capacities, older);
  ++seen_;
}

void CouplingRecorder::observe_pure(std::span<Mass const> capacities) {
  assert(seen_ < observations_);
  spend(capacities, masses_.size());
  ++seen_;
}

// Gives the atoms 0..older-1 their value of this observation.
void CouplingRecorder::spend(std::span<Mass const> capacities, std::size_t older) {
  std::vector<std::size_t> atoms(older);
  std::iota(atoms.begin(), atoms.end(), std::size_t{0});
  std::stable_sort(atoms.begin(), atoms.end(),
                   [&](std::size_t a, std::size_t b) { return masses_[a] > masses_[b]; });
  std::vector<std::size_t> values(capacities.size());
  std::iota(values.begin(), values.end(), std::size_t{0});
  std::stable_sort(values.begin(), values.end(),
                   [&](std::size_t a, std::size_t b) { return capacities[a] > capacities[b]; });
  std::size_t place = 0;
  Mass left = values.empty() ? 0 : capacities[values[0]];
  for (std::size_t atom : atoms) {
    while (true) {
      while (left == 0) left = capacities[values[++place]];
      codes_[atom * observations_ + seen_] = static_cast<std::int32_t>(values[place]);
      Mass const given = std::min(masses_[atom], left);
      left -= given;
      Mass const rest = masses_[atom] - given;
      if (rest == 0) break;
      masses_[atom] = given;
      symbols_.push_back(symbols_[atom]);
      masses_.push_back(rest);
      codes_.resize(codes_.size() + observations_);
      std::copy_n(row(codes_, atom), seen_, row(codes_, masses_.size() - 1));
      atom = masses_.size() - 1;
    }
  }
}

Coupling<Mass> CouplingRecorder::finish(MassCells const& cells) const {
  assert(seen_ == observations_);
  Coupling<Mass> coupling;
  coupling.observations = observations_;
  coupling.symbols = symbols_;
  coupling.weights = masses_;
  coupling.codes = codes_;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const symbols = cells.symbols_of(c);
    auto const weights = cells.weights_of(c);
    for (std::size_t a = 0; a < symbols.size(); ++a) {
      coupling.symbols.push_back(symbols[a]);
      coupling.weights.push_back(weights[a]);
      auto const* code = cell_codes_.data() + c * observations_;
      coupling.codes.insert(coupling.codes.end(), code, code + observations_);
    }
  }
  return coupling;
}

}  // namespace thresher::entropy_coupling
