#pragma once

#include "study/experiment_interface.hpp"
#include "study/grid.hpp"
#include "study/options.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace thresher::study {

/// Text given for an input, and where it was given ("--p" or "job.toml:12").
struct Given {
  std::string text;
  std::string origin;
};
/// Inputs by name; names are checked, texts are not parsed yet.
using Inputs = std::map<std::string, Given>;

/// The PETSc options after "--" are an input like others, words between spaces.
inline constexpr char const* kPetscOptions = "petsc_options";

/// What the user asked for.
struct Request {
  Inputs inputs = {};
  std::string command_line = {};
};

/// The user asked for help or the version: what() is the answer.
class HelpRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the command line (CLI11) and the TOML file that it names. Throws HelpRequest
/// when asked for help or the version, UserError for unknown names (with the nearest one), duplicates, broken
/// TOML (with file and line).
Request read_request(int argc, char** argv, Description const& description);

/// Inputs of a TOML text; `source` names it in errors.
Inputs read_toml(std::string const& text, std::string const& source, Description const& description);

/// Everything that a run is told, parsed and checked for types and ranges.
struct Configuration {
  Options options;
  std::vector<std::vector<Value>> values;  ///< per parameter, in the order given
  std::vector<std::vector<std::string>> zips;
  std::set<std::string> given;  ///< parameters and options that were given explicitly
  std::string petsc_options;

  Grid grid(Description const& description) const { return Grid(description.parameters, values, zips); }
  /// TOML that reproduces the study: read_toml gives it back.
  std::string toml(Description const& description) const;
};

/// Parses all inputs. Throws UserError.
Configuration configure(Request const& request, Description const& description);

/// Gives parameters that were not given the values that the user's input decides (asked with the first value
/// of every parameter).
void adopt_input(Configuration& configuration, Experiment const& experiment, InputFacts const& facts);

/// "a,b;c,d" as lists of names.
std::vector<std::vector<std::string>> parse_zips(std::string const& text);

}  // namespace thresher::study
