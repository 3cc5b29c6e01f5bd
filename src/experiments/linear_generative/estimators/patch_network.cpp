#include "experiments/linear_generative/estimators/patch_network.hpp"

#include <algorithm>

namespace thresher::linear_generative {

using linalg::ConstMatrixView;
using linalg::MatrixView;
using linalg::Transpose;

PatchNetwork::PatchNetwork(std::int64_t side, std::int64_t kernel, std::int64_t hidden)
    : side_(side),
      kernel_(kernel),
      hidden_(hidden),
      parameters_(static_cast<std::size_t>((kernel * kernel + 3) * hidden)) {}

void PatchNetwork::forward(ConstMatrixView images, std::span<double const> times) {
  auto const rows = pixels() * images.columns;
  if (patches_.rows() != rows) {
    patches_ = linalg::DenseMatrix(rows, features());
    activations_ = linalg::DenseMatrix(rows, hidden_);
    std::ranges::fill(patches_.column(kernel_ * kernel_ + 1), 1.0);
  }
  auto const reach = kernel_ / 2;
  for (std::int64_t a = 0; a < kernel_ * kernel_; ++a) {
    auto const dy = a / kernel_ - reach;
    auto const dx = a % kernel_ - reach;
    auto const column = patches_.column(a);
    for (std::int64_t image = 0; image < images.columns; ++image) {
      auto const from = images.column(image);
      auto const to = column.subspan(static_cast<std::size_t>(image * pixels()));
      for (std::int64_t y = 0; y < side_; ++y) {
        auto const source = from.subspan(static_cast<std::size_t>((y + dy + side_) % side_ * side_));
        auto const target = to.subspan(static_cast<std::size_t>(y * side_));
        for (std::int64_t x = 0; x < side_; ++x)
          target[static_cast<std::size_t>(x)] = source[static_cast<std::size_t>((x + dx + side_) % side_)];
      }
    }
  }
  auto const time_column = patches_.column(kernel_ * kernel_);
  for (std::int64_t image = 0; image < images.columns; ++image)
    std::ranges::fill(
        time_column.subspan(static_cast<std::size_t>(image * pixels()), static_cast<std::size_t>(pixels())),
        times[static_cast<std::size_t>(image)]);
  linalg::gemm(Transpose::no, Transpose::no, 1, patches_.view(), first_layer(), 0, activations_.view());
  for (double& value : activations_.values()) value = std::max(value, 0.0);
}

void PatchNetwork::evaluate(ConstMatrixView images, std::span<double const> times, MatrixView outputs) {
  forward(images, times);
  linalg::gemv(Transpose::no, 1, activations_.view(), second_layer(), 0,
               {outputs.data, static_cast<std::size_t>(outputs.rows * outputs.columns)});
}

double PatchNetwork::loss(ConstMatrixView images, std::span<double const> times, ConstMatrixView targets,
                          std::span<double> gradient) {
  forward(images, times);
  auto const count = static_cast<std::size_t>(activations_.rows());
  std::vector<double> slopes(count);  // derivative of the loss by the outputs
  linalg::gemv(Transpose::no, 1, activations_.view(), second_layer(), 0, slopes);
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    double const error = slopes[k] - targets.data[k];
    sum += error * error;
    slopes[k] = 2 * error / static_cast<double>(count);
  }
  auto const output_weights = second_layer();
  linalg::gemv(Transpose::yes, 1, activations_.view(), slopes, 0,
               gradient.subspan(static_cast<std::size_t>(features() * hidden_)));
  // Back through the ReLU; the activations make room for their derivatives.
  for (std::int64_t h = 0; h < hidden_; ++h) {
    double const weight = output_weights[static_cast<std::size_t>(h)];
    auto const column = activations_.column(h);
    for (std::size_t k = 0; k < count; ++k) column[k] = column[k] > 0 ? weight * slopes[k] : 0;
  }
  linalg::gemm(Transpose::yes, Transpose::no, 1, patches_.view(), activations_.view(), 0,
               first_layer_of(gradient));
  return sum / static_cast<double>(count);
}

}  // namespace thresher::linear_generative
