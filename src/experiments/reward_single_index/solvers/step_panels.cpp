#include "experiments/reward_single_index/solvers/step_panels.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/float_column_groups.hpp"

#include <algorithm>
#include <vector>

namespace thresher::reward_single_index {

namespace {

/// Works in place on the spread weights.
class DoubleLayer {
 public:
  using Real = double;
  using Groups = linalg::ColumnGroups;
  using Inputs = linalg::ConstMatrixView;

  explicit DoubleLayer(SpreadWeights& weights) : weights_(weights) {}
  Groups& groups(std::size_t block) { return weights_.blocks()[block].weights; }
  void publish() {}
  void take_over() {}
  static void fill(TrialData const& data, mpi::Range rows, mpi::Range columns, std::span<double> out) {
    data.fill_inputs(Precision::full, rows, columns, {out.data(), columns.size(), rows.size()});
  }
  static Inputs inputs(std::span<double const> values, std::int64_t columns, std::int64_t rows) {
    return {values.data(), columns, rows};
  }
  static void add_inner_products(std::span<double const> theta, Inputs inputs, std::span<double> sums) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += linalg::inner_product(theta, inputs.column(static_cast<std::int64_t>(i)));
  }

 private:
  SpreadWeights& weights_;
};

/// Works on a copy in floats.
class FloatLayer {
 public:
  using Real = float;
  using Groups = linalg::FloatColumnGroups;
  using Inputs = linalg::FloatBlock;

  explicit FloatLayer(SpreadWeights& weights) : weights_(weights) { take_over(); }
  Groups& groups(std::size_t block) { return layer_[block]; }
  void publish() {
    for (std::size_t k = 0; k < layer_.size(); ++k) layer_[k].copy_to(weights_.blocks()[k].weights);
  }
  void take_over() {
    layer_.clear();
    for (auto const& block : weights_.blocks()) layer_.emplace_back(block.weights);
  }
  static void fill(TrialData const& data, mpi::Range rows, mpi::Range columns, std::span<float> out) {
    data.fill_inputs(rows, columns, out);
  }
  static Inputs inputs(std::span<float const> values, std::int64_t columns, std::int64_t rows) {
    return {values.data(), columns, rows, columns};
  }
  static void add_inner_products(std::span<double const> theta, Inputs inputs, std::span<double> sums) {
    linalg::add_inner_products(theta, inputs, sums);
  }

 private:
  SpreadWeights& weights_;
  std::vector<Groups> layer_;
};

template <class Layer>
class PanelsOf : public StepPanels {
 public:
  PanelsOf(Parameters const& point, TrialData const& data, SpreadWeights& weights)
      : data_(data), weights_(weights), layer_(weights), neurons_(point.n_neurons) {
    auto const rows = std::min(point.batch, first_rows(point));
    for (auto const& block : weights.blocks())
      inputs_.emplace_back(static_cast<std::size_t>(block.columns.size() * rows));
  }

  void add_products(std::size_t index, mpi::Range rows, std::span<double> sums) override {
    auto const& block = weights_.blocks()[index];
    Layer::fill(
        data_, rows, block.columns,
        std::span(inputs_[index]).first(static_cast<std::size_t>(block.columns.size() * rows.size())));
    auto const inputs = inputs_of(index, rows.size());
    make_scores(rows.size());
    linalg::block_scores(inputs, layer_.groups(index), scores_);
    add_scores(rows.size(), sums);
    auto const size = static_cast<std::size_t>(rows.size() * neurons_);
    auto const count = static_cast<std::size_t>(rows.size());
    Layer::add_inner_products(block.theta, inputs, sums.subspan(size, count));
    add_column_squares(layer_.groups(index), sums.subspan(size + count));
  }

  void scale_neuron(std::int64_t j, double factor) override {
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      auto& groups = layer_.groups(k);
      auto* entry = groups.group(j / kWidth) + j % kWidth;
      for (std::int64_t i = 0; i < groups.rows(); ++i)
        entry[i * kWidth] = static_cast<Real>(entry[i * kWidth] * factor);
    }
  }

  void add_inputs(std::int64_t rows, std::span<double const> amounts) override {
    make_scores(rows);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < neurons_; ++j)
        scores_.group(j / kWidth)[i * kWidth + j % kWidth] =
            static_cast<Real>(amounts[static_cast<std::size_t>(i * neurons_ + j)]);
    for (std::size_t k = 0; k < inputs_.size(); ++k)
      linalg::add_block_image(inputs_of(k, rows), scores_, layer_.groups(k));
  }

  void publish() override { layer_.publish(); }
  void take_over() override { layer_.take_over(); }

 private:
  using Real = typename Layer::Real;
  using Groups = typename Layer::Groups;
  static constexpr std::int64_t kWidth = Groups::kWidth;

  typename Layer::Inputs inputs_of(std::size_t index, std::int64_t rows) const {
    return Layer::inputs(inputs_[index], weights_.blocks()[index].columns.size(), rows);
  }
  void make_scores(std::int64_t rows) {
    if (scores_.rows() != rows) scores_ = Groups(rows, neurons_);
  }
  /// Group by group: one scores' row after the other, as they lie.
  void add_scores(std::int64_t rows, std::span<double> sums) const {
    for (std::int64_t g = 0; g < scores_.groups(); ++g) {
      auto const width = std::min(kWidth, neurons_ - g * kWidth);
      Real const* score = scores_.group(g);
      double* sum = sums.data() + g * kWidth;
      for (std::int64_t i = 0; i < rows; ++i, score += kWidth, sum += neurons_)
        for (std::int64_t k = 0; k < width; ++k) sum[k] += score[k];
    }
  }

  TrialData const& data_;
  SpreadWeights& weights_;
  Layer layer_;
  std::int64_t neurons_;
  std::vector<std::vector<Real>> inputs_;  ///< one per block, a row per column
  Groups scores_;
};

}  // namespace

std::unique_ptr<StepPanels> step_panels(Parameters const& point, TrialData const& data,
                                        SpreadWeights& weights) {
  if (point.precision == Precision::single)
    return std::make_unique<PanelsOf<FloatLayer>>(point, data, weights);
  return std::make_unique<PanelsOf<DoubleLayer>>(point, data, weights);
}

}  // namespace thresher::reward_single_index
