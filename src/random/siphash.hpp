#pragma once

#include "random/stream.hpp"

#include <string_view>

namespace thresher::random {

/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein 2012): a keyed pseudorandom function of a text
/// of any length. Chosen over plain mixing hashes because nothing about keys or names can make its values
/// related.
Key siphash(Key key, std::string_view text);

}  // namespace thresher::random
