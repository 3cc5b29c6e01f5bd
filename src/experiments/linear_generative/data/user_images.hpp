#pragma once

#include "experiments/linear_generative/data/examples.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/model/population.hpp"
#include "linalg/tall_matrix.hpp"
#include "study/team.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace thresher::linear_generative {

/// Rows and numbers per row of the user's data set (two- or three-dimensional). Throws study::UserError.
struct InputExtents {
  std::int64_t rows = 0;
  std::int64_t dim = 0;
  bool square_images = false;
  /// Images come last, as an array N x H x W from R or Julia has them, or (known with the next one, once the
  /// rows have been read) neighbouring rows are alike as pixels are.
  bool looks_transposed = false;
  bool rows_differ = false;
};
InputExtents input_extents(study::InputReader const& input, std::string const& dataset);

/// The user's rows in the order that stream `PERM` draws: the first n are set 1, the next n set 2, the
/// remaining ones the reference population. They are centred (by the mean of all, of their own group, or not
/// at all) and scaled by one number, so that the reference covariance has trace d.
class UserImages {
 public:
  /// Two sweeps over the file, shared by the ranks; sums are in fixed order, because they shape the data.
  /// Collective.
  UserImages(Parameters const& point, study::Team& team);

  /// Generator of the rows of data set `set`: reads them (again) from the file.
  linalg::RowGenerator generator(int set) const;

  /// Row in the file of the examples of data set `set`.
  std::span<std::int64_t const> file_rows(int set) const;

  /// Rows of the reference population, N - 2n.
  std::int64_t reference_rows() const;
  /// Eigenvalues (descending) and eigenvectors of the reference covariance on every rank, found by one.
  /// Collective.
  struct Reference {
    std::vector<double> eigenvalues;
    linalg::DenseMatrix eigenvectors;
  };
  Reference reference(study::Team& team) const;

 private:
  enum Group : std::size_t { first, second, rest, kGroups };
  struct Sweep;
  std::size_t group_of(std::int64_t file_row) const;
  void for_each_block(mpi::Range file_rows,
                      std::function<void(mpi::Range rows, std::span<double> values)> const& visit) const;
  std::vector<double> read_centred(std::int64_t file_row, std::size_t group) const;

  study::InputReader const* input_;
  std::string dataset_;
  std::int64_t rows_;
  std::int64_t dim_;
  std::int64_t examples_;
  std::vector<std::int64_t> order_;     ///< file row of each position
  std::vector<std::int64_t> position_;  ///< position of each file row
  std::array<std::vector<double>, kGroups> means_;
  double scale_ = 1;
};

/// Population of the user's images with its spectrum, from the reference.
struct ReferencePopulation {
  Population population;
  PopulationSpectrum spectrum;
};
ReferencePopulation reference_population(Parameters const& point, UserImages::Reference reference);

}  // namespace thresher::linear_generative
