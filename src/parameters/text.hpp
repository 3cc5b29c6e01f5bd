#pragma once

#include <string>
#include <string_view>

namespace thresher::parameters {

bool is_utf8(std::string_view text);
/// `text` for one line of UTF-8: what is a control character, or no character, becomes "?".
std::string printable(std::string_view text);
/// `text` as one word of a command line for a POSIX shell: quoted where it has to be.
std::string shell_word(std::string_view text);

}  // namespace thresher::parameters
