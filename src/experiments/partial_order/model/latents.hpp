#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/parameters.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// Latent utilities U, items x dimensions, row-major.
struct Latents {
  std::int64_t items = 0;
  std::int64_t dimensions = 0;
  std::vector<double> values;

  std::span<double const> row(std::int64_t i) const {
    return std::span(values).subspan(static_cast<std::size_t>(i * dimensions),
                                     static_cast<std::size_t>(dimensions));
  }
};

/// Sigma^{1/2} = own I + shared 11^T of Sigma = (1 - rho) I + rho 11^T.
struct RootFactors {
  double own = 1;
  double shared = 0;
};
RootFactors root_factors(double rho, std::int64_t dimensions);
/// result = rows Sigma^{1/2}, row by row; the two may be the same.
void multiply_by_root(std::span<double const> rows, std::int64_t dimensions, double rho,
                      std::span<double> result);
/// U = Z Sigma^{1/2}, `whitened` is Z, items x dimensions row-major.
Latents coloured(std::span<double const> whitened, std::int64_t dimensions, double rho);

/// h(U), made when asked: i precedes j where U_ik > U_jk for all k.
class ProductOrder : public Order {
 public:
  explicit ProductOrder(Latents latents) : latents_(std::move(latents)) {}
  std::int64_t items() const override { return latents_.items; }
  bool precedes(std::int64_t i, std::int64_t j) const override;
  void successors(std::int64_t i, std::span<bits::Word> row) const override;
  Latents const& latents() const { return latents_; }

 private:
  Latents latents_;
};

}  // namespace thresher::partial_order
