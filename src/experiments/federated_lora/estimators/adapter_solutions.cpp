#include "experiments/federated_lora/estimators/adapter_solutions.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;

void write(bytes::Writer& writer, DenseMatrix const& a) {
  writer.put(a.rows(), a.columns(), a.values());
}

DenseMatrix read_matrix(bytes::Reader& reader) {
  auto const rows = reader.get<std::int64_t>();
  DenseMatrix a(rows, reader.get<std::int64_t>());
  std::ranges::copy(reader.get<std::vector<double>>(), a.values().begin());
  return a;
}

void write(bytes::Writer& writer, ConvexPart const& part) {
  write(writer, part.common);
  write(writer, part.frame);
  writer.put(part.lambda, part.block_norms, part.singular_values, part.rank, part.objective, part.duality_gap,
             part.iterations, part.converged);
}

ConvexPart read_convex(bytes::Reader& reader) {
  ConvexPart part;
  part.common = read_matrix(reader);
  part.frame = read_matrix(reader);
  reader.read(part.lambda, part.block_norms, part.singular_values, part.rank, part.objective,
              part.duality_gap, part.iterations, part.converged);
  return part;
}

/// What a cut stage left: solved programs, and the state of the next one.
struct Kept {
  std::vector<ConvexPart> solved;
  std::optional<std::vector<std::byte>> running;
};

Kept restore(study::Team& team) {
  Kept kept;
  auto const left = team.restore();
  if (!left) return kept;
  bytes::Reader reader(*left);
  for (auto count = reader.get<std::uint64_t>(); count > 0; --count)
    kept.solved.push_back(read_convex(reader));
  kept.running = reader.get<std::vector<std::byte>>();
  return kept;
}

}  // namespace

AdapterSolutions::AdapterSolutions(Parameters const& point, AdapterData const& data, study::Team& team) {
  auto kept = restore(team);
  SolveKeeping keeping;
  keeping.save = [&](auto const& make_state) {
    if (!team.stopping()) return;
    bytes::Writer writer;
    writer.put(static_cast<std::uint64_t>(adapters_.size()));
    for (auto const& solved : adapters_) write(writer, solved->convex());
    writer.put(make_state());
    team.keep(writer.take());
    throw study::Interrupted();
  };
  for (auto const& one : data.adapters()) {
    std::size_t const next = adapters_.size();
    auto own = point;
    own.d1 = one->point().d1;
    own.d2 = one->point().d2;
    if (next < kept.solved.size()) {
      adapters_.push_back(std::make_unique<Solution const>(own, *one, std::move(kept.solved[next])));
      continue;
    }
    keeping.kept.reset();
    if (next == kept.solved.size() && kept.running) keeping.kept = *kept.running;
    adapters_.push_back(std::make_unique<Solution const>(own, *one, keeping));
  }
}

}  // namespace thresher::federated_lora
