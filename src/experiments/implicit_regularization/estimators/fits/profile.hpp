#pragma once

#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"
#include "experiments/implicit_regularization/estimators/fits/entry_order.hpp"
#include "experiments/implicit_regularization/estimators/fits/sign.hpp"

#include <span>
#include <vector>

/// Families of penalties with one parameter: the parameter whose gradient explains most of the deviation.
namespace thresher::implicit_regularization {

inline constexpr int kProfilePoints = 61;

/// What the share of a member depends on, over the rows of all ranks.
struct ProfileProducts {
  double product = 0;  ///< <c, b>
  double square = 0;   ///< |c|^2

  SingleFit fit(double target_square, Sign sign) const;
};

struct ProfileFit {
  double parameter = 0;
  SingleFit best;
  std::vector<double> grid;  ///< kProfilePoints values of the parameter
  std::vector<double> grid_r2;
};

/// sum (theta^2 + eps)^(q/2) / q over its exponent q, by its gradient theta (theta^2 + eps)^(q/2 - 1), 0
/// where theta = eps = 0.
class PowerProfile {
 public:
  /// `order` must outlive this object.
  PowerProfile(double eps, EntryOrder const& order) : eps_(eps), order_(order) {}

  /// This rank's entries of one more block of weights. The spans must stay alive; one number per entry is
  /// stored.
  void add(std::span<double const> theta, std::span<double const> b);
  /// Share and coefficient at one exponent. Collective.
  SingleFit at(double exponent, Sign sign) const;
  /// The best exponent in [least, most]: a grid in one pass, then Brent's method between the neighbours.
  /// Collective.
  ProfileFit fit(double least, double most, Sign sign) const;
  /// The gradient at an exponent.
  static double gradient(double theta, double eps, double exponent);

 private:
  struct Block {
    std::span<double const> theta;
    std::span<double const> b;
    std::vector<double> logarithms;  ///< log(theta^2 + eps); 0 where the gradient is 0 anyhow
  };
  ProfileProducts products(double exponent) const;
  std::vector<ProfileProducts> grid_products(double least, double step) const;
  double target_square() const;

  double eps_;
  EntryOrder const& order_;
  std::vector<Block> blocks_;
};

/// The hypentropy potential over the logarithm of its scale a, by its gradient arcsinh(beta / (2 a^2)).
class HypentropyProfile {
 public:
  /// As above.
  explicit HypentropyProfile(EntryOrder const& order) : order_(order) {}

  /// As above.
  void add(std::span<double const> beta, std::span<double const> b);
  /// Collective.
  SingleFit at(double scale, Sign sign) const;
  /// The best scale within a factor of 100 of `alpha`. Collective.
  ProfileFit fit(double alpha, Sign sign) const;

 private:
  struct Block {
    std::span<double const> beta;
    std::span<double const> b;
  };
  std::vector<ProfileProducts> products(std::span<double const> scales) const;
  double target_square() const;

  EntryOrder const& order_;
  std::vector<Block> blocks_;
};

}  // namespace thresher::implicit_regularization
