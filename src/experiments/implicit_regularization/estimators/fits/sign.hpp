#pragma once

namespace thresher::implicit_regularization {

/// Which coefficients a fit may give.
enum class Sign { nonnegative, free };

}  // namespace thresher::implicit_regularization
