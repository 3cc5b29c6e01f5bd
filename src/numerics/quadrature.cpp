#include "numerics/quadrature.hpp"

#include "numerics/root.hpp"

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/legendre.hpp>

#include <cassert>
#include <cmath>

namespace thresher::numerics {

namespace {

/// Orthonormal Hermite polynomials of the standard normal law at x, of degree `size` and one less.
struct HermiteValues {
  double top;
  double below;
};

HermiteValues hermite_values(int size, double x) {
  double below = 0, top = 1;
  for (int degree = 1; degree <= size; ++degree) {
    auto const k = static_cast<double>(degree);
    double const next = (x * top - std::sqrt(k - 1) * below) / std::sqrt(k);
    below = top;
    top = next;
  }
  return {top, below};
}

}  // namespace

QuadratureRule gauss_legendre(int size) {
  QuadratureRule rule;
  auto const add = [&](double zero) {
    double const slope = boost::math::legendre_p_prime(size, zero);
    rule.nodes.push_back((1 + zero) / 2);
    rule.weights.push_back(1 / ((1 - zero * zero) * slope * slope));
  };
  auto const zeros = boost::math::legendre_p_zeros<double>(size);  // those that are not negative, ascending
  for (auto zero = zeros.rbegin(); zero != zeros.rend(); ++zero)
    if (*zero > 0) add(-*zero);
  for (double const zero : zeros) add(zero);
  return rule;
}

QuadratureRule gauss_hermite(int size) {
  assert(size >= 1 && size <= 200);
  auto const count = static_cast<std::size_t>(size);
  QuadratureRule rule{std::vector<double>(count), std::vector<double>(count)};
  auto const weight_at = [size](double node) {
    double const below = hermite_values(size, node).below;
    return 1 / (static_cast<double>(size) * below * below);
  };
  bool const has_node_at_zero = size % 2 == 1;
  if (has_node_at_zero) rule.weights[count / 2] = weight_at(0);
  auto const polynomial = [size](double x) { return hermite_values(size, x).top; };
  // Roots are symmetric, lie within sqrt(4 n), and are further apart than the step of this scan.
  double const step = 0.05;
  std::size_t found = 0;
  for (double x = has_node_at_zero ? step : 0; found < count / 2; x += step) {
    double const value = polynomial(x);
    if (value * polynomial(x + step) > 0) continue;
    double const node =
        bisect([&](double y) { return !(polynomial(y) * value > 0); }, {x, x + step}, 100).middle();
    auto const left = count / 2 - 1 - found, right = count - 1 - left;
    rule.nodes[right] = node;
    rule.nodes[left] = -node;
    rule.weights[left] = rule.weights[right] = weight_at(node);
    ++found;
  }
  double sum = 0;
  for (double const weight : rule.weights) sum += weight;
  for (double& weight : rule.weights) weight /= sum;
  return rule;
}

double integrate(std::function<double(double)> const& f, double a, double b, double tolerance) {
  unsigned const most_halvings = 10;
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, a, b, most_halvings, tolerance);
}

}  // namespace thresher::numerics
