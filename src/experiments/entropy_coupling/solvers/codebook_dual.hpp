#pragma once

#include "experiments/entropy_coupling/model/law.hpp"
#include "experiments/entropy_coupling/solvers/codewords.hpp"
#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace thresher::entropy_coupling {

/// The convex problem behind a codebook: masses p_j > 0 of codewords, P_x per owner x, with the marginals
/// Q_i. In the maximum-entropy form p_j = P_x softmax_j(z), z_j = sum_i beta_i(y_ji), beta minimises
///   D(beta) = sum_x P_x log sum_{j in x} exp(z_j) - sum_i sum_y Q_i(y) beta_i(y),   beta_i(mode of Q_i) = 0,
/// smooth and convex, of dimension sum_i (k_i - 1) whatever the number of symbols is.
///
/// Symbols with their codewords are spread over the ranks, beta is not. Rank 0 asks, the others `serve`; sums
/// run in an order that does not depend on the ranks, so that every value is bitwise the same on any
/// communicator.
class CodebookDual {
 public:
  /// All ranks hold all arguments; each keeps its own part. `comm` must outlive this object. Collective.
  CodebookDual(mpi::Communicator const& comm, Law const& symbols, std::span<Law const> observations,
               PackedCodes const& codes, std::span<std::int32_t const> owners);

  std::size_t dimension() const { return targets_.size(); }

  /// On rank 0 (others must be in `serve`): D(beta) and its gradient, the marginals of p minus Q.
  double evaluate(std::span<double const> beta, std::span<double> gradient);
  /// On rank 0: the Hessian sum_x P_x Cov_x of the codewords' features, both triangles.
  void hessian(std::span<double const> beta, linalg::MatrixView result);
  /// On rank 0: fixes beta for `hessian_times`.
  void prepare_products(std::span<double const> beta);
  /// On rank 0: the Hessian at the prepared beta times a vector.
  void hessian_times(std::span<double const> vector, std::span<double> result);
  /// On rank 0: ends the others' `serve`.
  void dismiss();
  /// On the other ranks: takes part in what rank 0 asks for, until it dismisses.
  void serve();

  /// Masses of all codewords at beta (rank 0's), on rank 0 in the order of the codes. Collective, outside of
  /// `serve`.
  std::vector<double> masses(std::span<double const> beta);

 private:
  enum class Request : int { gradient, hessian, prepare, product, dismiss };
  /// Neighbouring observations whose values together index one table.
  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t size = 1;
    std::vector<double> table;                 // sum of a vector's entries over the group's values
    std::vector<std::uint32_t> feature_start;  // of each entry in `features`
    std::vector<std::uint32_t> features;
  };
  // codebook_dual.cpp
  void make_groups(std::span<Law const> observations, std::size_t codewords);
  void fill_tables(std::span<double const> vector);
  double table_sum(std::size_t codeword) const;
  double soften(std::size_t symbol);
  void clear_histograms();
  void count_in_histograms(std::size_t codeword, double mass);
  void add_histograms(std::span<double> sums) const;
  double evaluate_here(std::span<double const> beta, std::span<double> gradient);
  void prepare_here(std::span<double const> beta);
  void product_here(std::span<double const> vector, std::span<double> result);

  // codebook_hessian.cpp
  void list_features(std::size_t codeword, std::vector<std::uint32_t>& features) const;
  void add_pair(std::size_t a, std::size_t b, double weight, std::span<double> square);
  void add_covariance(std::size_t symbol, std::span<double> square);
  void hessian_here(std::span<double const> beta, std::span<double> triangle);

  // codebook_ranks.cpp
  void ask(Request request, std::span<double const> vector);
  std::size_t triangle_size() const { return dimension() * (dimension() + 1) / 2; }

  mpi::Communicator const& comm_;
  std::vector<double> targets_;                        // Q_i(y) of every feature
  std::vector<std::vector<std::int32_t>> feature_of_;  // per observation and value; -1 for the mode
  std::vector<Group> groups_;
  std::size_t symbol_count_;
  mpi::FixedOrderSum sum_;
  std::size_t first_symbol_ = 0;                 // of this rank
  std::vector<double> symbol_masses_;            // of this rank's symbols
  std::vector<std::size_t> starts_;              // codewords of this rank's symbols
  std::vector<std::uint32_t> entries_;           // table entry per codeword and group
  std::vector<std::int64_t> codeword_number_;    // place in the list of all codewords
  std::vector<double> masses_;                   // of this rank's codewords
  std::vector<std::vector<double>> histograms_;  // per group
  std::vector<std::uint32_t> features_a_;
  std::vector<std::uint32_t> features_b_;
  std::vector<std::pair<std::uint32_t, double>> difference_;
  std::vector<double> mean_;
};

}  // namespace thresher::entropy_coupling
