#include "experiments/hierarchical_features/data/features.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// Columns scaled by the roots of their weights, gathered until they are enough for a product of full speed.
class RankUpdates {
 public:
  RankUpdates(double sign, linalg::DenseMatrix& sum)
      : sign_(sign), sum_(sum), columns_(sum.rows(), kColumns) {}
  void add(double weight, std::span<double const> column) {
    double const root = std::sqrt(weight);
    std::ranges::transform(column, columns_.column(held_).begin(),
                           [root](double value) { return root * value; });
    if (++held_ == kColumns) flush();
  }
  void flush() {
    linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, sign_, columns_.columns_from(0, held_), 1,
                 sum_.view());
    held_ = 0;
  }

 private:
  static constexpr std::int64_t kColumns = 256;
  double sign_;
  linalg::DenseMatrix& sum_;
  linalg::DenseMatrix columns_;
  std::int64_t held_ = 0;
};

}  // namespace

linalg::DenseMatrix dense_weighted_gram(Features const& features, std::span<double const> own_w) {
  auto const& comm = features.layout().communicator();
  auto const size = features.layout().rows();
  linalg::DenseMatrix sum(size, size);
  mpi::agree(comm, [&] {
    // Half the work of a general product: weights of one sign are squares.
    RankUpdates positive(1, sum);
    RankUpdates negative(-1, sum);
    auto const begin = features.owned().begin;
    features.visit([&](mpi::Range rows, linalg::ConstMatrixView block) {
      for (std::int64_t row = 0; row < rows.size(); ++row) {
        double const weight = own_w[static_cast<std::size_t>(rows.begin - begin + row)];
        if (weight > 0) positive.add(weight, block.column(row));
        if (weight < 0) negative.add(-weight, block.column(row));
      }
    });
    positive.flush();
    negative.flush();
  });
  if (comm.size() == 1) return sum;
  auto const values = sum.values();
  bool const here = comm.rank() == 0;
  mpi::check(MPI_Reduce(here ? MPI_IN_PLACE : values.data(), here ? values.data() : nullptr,
                        static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, 0, comm.get()),
             "MPI_Reduce");
  return here ? std::move(sum) : linalg::DenseMatrix();
}

}  // namespace thresher::hierarchical_features
