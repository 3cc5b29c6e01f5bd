#include "experiments/reward_single_index/solvers/spherical_descent.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/step_panels.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace thresher::reward_single_index {

namespace {

constexpr int kCheckpoints = 64;
/// Between two questions whether the run is to stop.
constexpr double kFlopsBetweenQuestions = 2e7;

/// Rows used at the checkpoints of the learning curve.
std::vector<std::int64_t> checkpoints(std::int64_t rows) {
  std::vector<std::int64_t> marks;
  for (int k = 0; k < kCheckpoints; ++k)
    marks.push_back(
        std::llround(std::pow(static_cast<double>(rows), static_cast<double>(k) / (kCheckpoints - 1))));
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
  return marks;
}

class Descent {
 public:
  Descent(Parameters const& point, TrialData const& data, LabelTransform const& transform,
          SpreadWeights& weights, study::KeptWork& work)
      : point_(point),
        data_(data),
        transform_(transform),
        weights_(weights),
        work_(work),
        rows_(first_rows(point)),
        neurons_(point.n_neurons),
        biases_(first_biases(point, data.team())),
        marks_(checkpoints(rows_)),
        panels_(step_panels(point, data, weights)) {}

  LearningCurve run() {
    if (work_.left() != nullptr) load(*work_.left());
    double const flops = descent_flops(point_) / static_cast<double>(rows_);
    auto const interval =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(kFlopsBetweenQuestions / flops));
    auto asked = done_;
    while (done_ < rows_) {
      mpi::Range const some{done_, std::min(done_ + point_.batch, rows_)};
      step(some);
      done_ = some.end;
      if (next_mark_ < marks_.size() && done_ >= marks_[next_mark_]) mark();
      if (done_ - asked < interval) continue;
      asked = done_;
      work_.advance(static_cast<double>(done_) / static_cast<double>(rows_),
                    [this](bytes::Writer& state) { save(state); });
    }
    panels_->publish();
    weights_.normalise();
    return std::move(curve_);
  }

 private:
  /// Sums over all coordinates: <v_j, x_i> by rows, <theta, x_i>, |v_j|^2. The rows of the layer are w_j =
  /// v_j / |v_j|.
  void step(mpi::Range rows) {
    auto const count = static_cast<std::size_t>(rows.size());
    auto const width = static_cast<std::size_t>(neurons_);
    std::vector<double> sums(count * width + count + width);
    std::vector<double> labels(count);
    std::size_t next = 0;
    weights_.sum().or_throw(
        [&](mpi::Range, std::span<double> own) {
          // Here, for the user's labels are read: what fails is told to all. A rank without a block needs
          // none.
          if (next == 0) data_.start_labels(rows.begin, labels);
          panels_->add_products(next++, rows, own);
        },
        sums);
    auto const z = std::span<double const>(sums).subspan(count * width, count);
    auto const squares = std::span<double const>(sums).subspan(count * width + count);
    std::vector<double> norms(width), moved(width, 0.0), response(count * width);
    data_.finish_labels(z, labels);
    for (std::size_t j = 0; j < width; ++j) norms[j] = std::sqrt(squares[j]);
    for (std::size_t i = 0; i < count; ++i) {
      double const t = transform_(labels[i]);
      for (std::size_t j = 0; j < width; ++j) {
        double const u = sums[i * width + j] / norms[j];
        double const s = neuron_sign(static_cast<std::int64_t>(j)) * t *
                         activation_slope(point_.activation1, u + biases_[j]);
        response[i * width + j] = s;
        moved[j] += s * u;
      }
    }
    update(norms, moved, response,
           learning_rate(point_, static_cast<double>(rows.begin), static_cast<double>(rows_)));
  }

  /// w (1 - eta c) + eta X^T S is, up to a positive factor, v + eta |v| / (1 - eta c) X^T S: v is rescaled
  /// only where its norm wanders off or that factor is not safely positive.
  void update(std::vector<double> const& norms, std::vector<double> const& moved,
              std::vector<double>& response, double rate) {
    auto const width = norms.size();
    auto const count = static_cast<std::int64_t>(response.size() / width);
    std::vector<double> gains(width);
    for (std::size_t j = 0; j < width; ++j) {
      double const kept = 1 - rate * moved[j];
      gains[j] = rate * norms[j] / kept;
      if (kept > 0.5 && norms[j] > 0.5 && norms[j] < 2) continue;
      panels_->scale_neuron(static_cast<std::int64_t>(j), kept / norms[j]);
      gains[j] = rate;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
      for (std::size_t j = 0; j < width; ++j) response[i * width + j] *= gains[j];
    panels_->add_inputs(count, response);
  }

  void mark() {
    panels_->publish();
    while (next_mark_ < marks_.size() && marks_[next_mark_] <= done_) ++next_mark_;
    std::vector<double> squares(static_cast<std::size_t>(neurons_));
    std::size_t next = 0;
    weights_.sum()(
        [&](mpi::Range, std::span<double> sums) {
          add_column_squares(weights_.blocks()[next++].weights, sums);
        },
        squares);
    auto const along = weights_.overlaps();
    double sum = 0;
    for (std::size_t j = 0; j < along.size(); ++j) sum += std::abs(along[j]) / std::sqrt(squares[j]);
    curve_.rows.push_back(static_cast<double>(done_));
    curve_.overlaps.push_back(sum / static_cast<double>(neurons_));
  }

  void save(bytes::Writer& state) const {
    panels_->publish();
    auto const own = weights_.own_weights();
    state.put(done_, next_mark_, curve_.rows, curve_.overlaps, own.values());
  }
  void load(bytes::Reader& state) {
    std::vector<double> own;
    state.read(done_, next_mark_, curve_.rows, curve_.overlaps, own);
    weights_.set_own_weights({own.data(), weights_.own_columns().size(), neurons_});
    panels_->take_over();
    work_.forget_left();
  }

  Parameters const& point_;
  TrialData const& data_;
  LabelTransform const& transform_;
  SpreadWeights& weights_;
  study::KeptWork& work_;
  std::int64_t rows_;
  std::int64_t neurons_;
  std::vector<double> biases_;
  std::vector<std::int64_t> marks_;
  std::unique_ptr<StepPanels> panels_;
  LearningCurve curve_;
  std::int64_t done_ = 0;
  std::size_t next_mark_ = 0;
};

}  // namespace

double descent_flops(Parameters const& point) {
  auto const rows = static_cast<double>(first_rows(point));
  auto const d = static_cast<double>(point.d);
  auto const neurons = static_cast<double>(point.n_neurons);
  double const steps = rows / static_cast<double>(point.batch);
  return rows * (4 * d * neurons + 2 * d + 60 * neurons) + steps * (2 * d * neurons + 20'000);
}

LearningCurve spherical_descent(Parameters const& point, TrialData const& data,
                                LabelTransform const& transform, SpreadWeights& weights,
                                study::KeptWork& work) {
  return Descent(point, data, transform, weights, work).run();
}

}  // namespace thresher::reward_single_index
