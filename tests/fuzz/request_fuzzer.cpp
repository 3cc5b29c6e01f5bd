// A TOML text, then arguments of the command line, separated by bytes 0.
#include "fuzzing.hpp"
#include "study/survey.hpp"

#include <vector>

using namespace thresher::study;

namespace {

/// The file keeps the study as a text: it must give the same study back.
void require_round_trip(Configuration const& configuration, Description const& about) {
  auto const text = configuration.toml(about);
  Request stored;
  stored.inputs = read_toml(text, "stored", about);
  if (configure(stored, about).toml(about) != text) fuzzing::find("another study comes back from: " + text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static SmallExperiment const experiment;
  auto const& about = experiment.description();
  std::string const all(reinterpret_cast<char const*>(data), size);
  auto const end = all.find('\0');
  Inputs from_file;
  if (!fuzzing::accepts([&] { from_file = read_toml(all.substr(0, end), "fuzzed.toml", about); })) return 0;
  std::vector<std::string> arguments{"small"};
  for (auto at = end; at != std::string::npos;) {
    auto const next = all.find('\0', at + 1);
    arguments.push_back(all.substr(at + 1, next == std::string::npos ? next : next - at - 1));
    // What it names would be read.
    if (arguments.back().starts_with("--config")) return 0;
    at = next;
  }
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  Request request;
  if (!fuzzing::accepts(
          [&] { request = read_request(static_cast<int>(pointers.size()), pointers.data(), about); }))
    return 0;
  request.inputs.merge(from_file);
  Configuration configuration;
  if (!fuzzing::accepts([&] { configuration = configure(request, about); })) return 0;
  try {
    require_round_trip(configuration, about);
  } catch (UserError const& error) {
    fuzzing::find("what is stored cannot be read: " + std::string(error.what()));
  }
  fuzzing::accepts([&] {
    Study const study(experiment, configuration);
    if (study.grid().size() < 1000) survey(study, 12, 1e9, {});
  });
  return 0;
}
