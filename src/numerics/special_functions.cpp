#include "numerics/special_functions.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/log1p.hpp>

namespace thresher::numerics {

double digamma(double x) {
  return boost::math::digamma(x);
}

double log1p_minus_linear(double x) {
  return boost::math::log1pmx(x);
}

double beta_distribution(double x, double a, double b) {
  return boost::math::ibeta(a, b, x);
}

}  // namespace thresher::numerics
