#pragma once

#include "experiments/federated_lora/data/client_draws.hpp"
#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/data/copy/copy_clients.hpp"
#include "experiments/federated_lora/data/copy/pretraining.hpp"
#include "experiments/federated_lora/data/shared_structure.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace thresher::federated_lora {

/// Levels of the price lambda between which the decomposition recovers the shared subspace, as measured on
/// the true groups (without the factors of a common block, `balance_factors`); NaN where undefined.
struct EntryLevels {
  double benign = study::kUndefined;
  double contaminated = study::kUndefined;
  double exact_benign = study::kUndefined;
};

/// The clients' estimates of one matrix, and what no analysis changes.
class ClientData {
 public:
  /// Draws them, or trains them (module copy, from `network`, which must outlive the data). Training that the
  /// run's end cuts leaves the clients that are done, and goes on with the others. Collective.
  ClientData(Parameters const& point, Transformer const& network, study::Team& team);
  /// Reads those of one of the user's adapters; `point` has its shape. Collective.
  ClientData(Parameters const& point, Adapter const& adapter, study::Team& team);

  Parameters const& point() const { return point_; }
  ClientStack const& estimates() const { return estimates_; }
  /// One mark per client.
  std::vector<char> const& is_contaminated() const { return shared_->is_contaminated; }
  /// U; none for own estimates.
  linalg::DenseMatrix const& subspace() const { return shared_->benign; }
  /// The clients' parameters; of modules gaussian and linreg.
  ClientDraws const& draws() const { return *draws_; }
  /// The clients and their texts; of module copy.
  CopyClients const& copying() const { return *copying_; }
  /// This rank's whole update of a client of which it holds the first columns (module copy).
  linalg::ConstMatrixView whole(ClientStack::Piece const& piece) const;
  linalg::DenseMatrix const& mean() const { return mean_; }
  linalg::DenseMatrix const& geometric_median() const { return geometric_median_; }
  EntryLevels const& levels() const { return levels_; }

  /// sigma^2 of a client's estimate, or NaN where nobody knows.
  double noise_square() const;
  /// Rank that a client's estimate cannot exceed by the way it was made; 0 where nothing is known.
  std::int64_t known_rank() const;

 private:
  void read(study::InputReader const& input);
  void summarise();
  void draw(study::Team& team);
  /// An empty stack for the estimates, as factors where that is worth while.
  ClientStack empty_stack(mpi::Communicator const& comm) const;
  void train(Transformer const& network, study::Team& team);
  EntryLevels measure_levels() const;
  double exact_level() const;
  double exact_level_without_heterogeneity() const;

  Parameters point_;
  Adapter const* adapter_ = nullptr;  ///< of the user's file
  std::unique_ptr<SharedStructure> shared_;
  std::optional<ClientDraws> draws_;
  std::optional<CopyClients> copying_;
  linalg::DenseMatrix cut_;  ///< module copy: whole update of the client whose first columns are here, if cut
  ClientStack estimates_;
  linalg::DenseMatrix mean_;
  linalg::DenseMatrix geometric_median_;
  EntryLevels levels_;
};

}  // namespace thresher::federated_lora
