#include "study/configuration.hpp"

#include "parameters/text.hpp"
#include "study/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace thresher::study {

namespace {

std::vector<std::string> known_names(Description const& description) {
  auto names = names_of(description.parameters);
  std::ranges::copy(names_of(options_table().specifications()), std::back_inserter(names));
  names.push_back(kPetscOptions);
  return names;
}

[[noreturn]] void refuse_unknown(std::string const& origin, std::string const& name,
                                 Description const& description) {
  throw UserError(fmt::format("{}no parameter or option is named {}{}", origin, name,
                              did_you_mean(name, known_names(description))));
}

std::string toml_scalar(toml::node const& node, std::string const& where) {
  if (auto const text = node.as_string()) return text->get();
  if (auto const number = node.as_integer()) return std::to_string(number->get());
  if (auto const number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (auto const flag = node.as_boolean()) return flag->get() ? "true" : "false";
  throw UserError(where + "takes a number, a text, true or false, or a list of these");
}

std::string toml_value(toml::node const& node, std::string const& where) {
  auto const* list = node.as_array();
  if (list == nullptr) return toml_scalar(node, where);
  std::string joined;
  bool nested = false;
  for (auto const& element : *list) {
    auto const text = toml_scalar(element, where);
    nested = nested || text.find(',') != std::string::npos;
    joined += (joined.empty() ? "" : "\n") + text;
  }
  // Lists of lists ("p,s") belong to options such as zip.
  std::replace(joined.begin(), joined.end(), '\n', nested ? ';' : ',');
  return joined;
}

std::string help_line(Specification const& what) {
  auto const value = to_text(what.default_value);
  return fmt::format("{} [{}{}]", what.meaning, what.kind == Kind::text ? "text" : what.allowed(),
                     value.empty() ? "" : "; default " + value);
}

std::string stage_name(Description const& description, int stage) {
  if (stage == kExecution) return "execution";
  if (stage == kTheory) return "theory";
  return description.stages[static_cast<std::size_t>(stage)];
}

void add_option(CLI::App& app, Specification const& what, std::string const& group,
                std::map<std::string, std::string>& texts) {
  auto* option = app.add_option("--" + what.name, texts[what.name], help_line(what))->group(group);
  option->type_name("");
  if (what.kind == Kind::boolean) option->expected(0, 1);
}

constexpr std::size_t kLargestText = std::size_t{1} << 28;

std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::string piece(65536, '\0');
  while (file && text.size() <= kLargestText) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof() && text.size() > kLargestText)
    throw UserError("config = " + path + ": has more than 256 MiB");
  if (!file.eof()) throw UserError("config = " + path + ": cannot be read");
  return text;
}

/// The parser builds a table for each part of a dotted key, one inside the other, and takes them down
/// recursively. Our keys have one part.
void refuse_endless_keys(std::string const& text, std::string const& source) {
  constexpr int kMostDots = 1000;
  int dots = 0;
  std::size_t line = 1;
  for (char const c : text) {
    if (c == '\n') ++line;
    if (c == '\n' || c == ',' || c == '=' || c == '{') dots = 0;
    if (c == '.' && ++dots > kMostDots)
      throw UserError(fmt::format("{}:{}: a key of more than {} parts", source, line, kMostDots));
  }
}

std::string quoted(std::string const& text) {
  std::string result = "\"";
  for (char const c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", c);
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

/// The study is kept as TOML.
void require_utf8(std::string const& name, std::string const& text) {
  if (!is_utf8(text)) throw UserError(fmt::format("{} = {}: allowed is UTF-8", name, text));
}

std::string toml_text(Value const& value) {
  if (auto const* text = std::get_if<std::string>(&value)) return quoted(*text);
  return to_text(value);
}

/// Inputs that the command line gives before "--".
Inputs parse_arguments(std::vector<std::string> arguments, Description const& description) {
  CLI::App app(description.title + "\n" + description.citation, description.name);
  app.allow_extras();
  app.set_version_flag("--version", std::string("Thresher ") + kVersion + ", " + description.name);
  app.get_formatter()->column_width(34);
  app.footer(
      "Values: a,b,c lists, start:step:stop ranges, log:start:stop:count. What follows -- goes to PETSc and "
      "SLEPc.");
  std::map<std::string, std::string> texts;
  for (auto const& parameter : description.parameters)
    add_option(app, parameter, "Parameters (" + stage_name(description, parameter.stage) + ")", texts);
  for (auto const& option : options_table().specifications())
    add_option(app, option, describes_study(option.name) ? "Study" : "Run", texts);
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
  } catch (CLI::Success const& done) {
    std::ostringstream answer;
    app.exit(done, answer, answer);
    throw HelpRequest(answer.str());
  } catch (CLI::ParseError const& error) {
    std::string message = error.what();
    std::replace(message.begin(), message.end(), '\n', ' ');
    throw UserError(message);
  }
  if (auto const extras = app.remaining(); !extras.empty()) {
    auto const& first = extras.front();
    if (!first.starts_with("--")) throw UserError(first + ": is no option; options begin with --");
    auto const name = first.substr(2, first.find('=') - 2);
    refuse_unknown("--" + name + ": ", name, description);
  }
  Inputs inputs;
  for (auto const& [name, text] : texts) {
    auto const* option = app.get_option("--" + name);
    if (option->count() == 0) continue;
    bool const flag = option->get_expected_min() == 0 && text.empty();
    inputs[name] = {flag ? "true" : text, ""};
  }
  return inputs;
}

}  // namespace

std::vector<std::vector<std::string>> parse_zips(std::string const& text) {
  std::vector<std::vector<std::string>> zips;
  for (auto const& part : split_names(text, ';')) {
    zips.push_back(split_names(part, ','));
    if (zips.back().size() < 2)
      throw UserError("zip = " + text + ": needs at least two parameters, as in p,s");
  }
  return zips;
}

Inputs read_toml(std::string const& text, std::string const& source, Description const& description) {
  refuse_endless_keys(text, source);
  toml::table table;
  try {
    table = toml::parse(text, source);
  } catch (toml::parse_error const& error) {
    throw UserError(fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
  auto const names = known_names(description);
  Inputs inputs;
  for (auto const& [key, node] : table) {
    std::string const name(key.str());
    auto const origin = fmt::format("{}:{}: ", source, key.source().begin.line);
    if (!find_name(names, name)) refuse_unknown(origin, name, description);
    inputs[name] = {toml_value(node, origin + name + " "), origin};
  }
  return inputs;
}

Request read_request(int argc, char** argv, Description const& description) {
  std::vector<std::string> const all(argv + 1, argv + argc);
  auto const dashes = std::find(all.begin(), all.end(), "--");
  Request request{parse_arguments({all.begin(), dashes}, description),
                  printable(fmt::format("{}", fmt::join(all, " ")))};
  if (dashes != all.end() && dashes + 1 != all.end())
    request.inputs[kPetscOptions] = {fmt::format("{}", fmt::join(dashes + 1, all.end(), " ")), ""};
  // What the command line gives is not taken from the file.
  if (auto const config = request.inputs.find("config"); config != request.inputs.end()) {
    auto const path = config->second.text;
    request.inputs.merge(read_toml(read_file(path), path, description));
  }
  return request;
}

Configuration configure(Request const& request, Description const& description) {
  Configuration configuration;
  auto const parse = [&](Specification const& what, auto const& use) {
    auto const given = request.inputs.find(what.name);
    if (given == request.inputs.end()) return false;
    configuration.given.insert(what.name);
    try {
      use(given->second.text);
    } catch (UserError const& error) {
      throw UserError(given->second.origin + error.what());
    }
    return true;
  };
  auto const& options = options_table();
  for (std::size_t k = 0; k < options.specifications().size(); ++k) {
    auto const& what = options.specifications()[k];
    parse(what, [&](std::string const& text) {
      if (describes_study(what.name)) require_utf8(what.name, text);
      options.set(configuration.options, k, parse_value(what, text));
    });
  }
  for (auto const& parameter : description.parameters) {
    auto& values = configuration.values.emplace_back();
    if (!parse(parameter, [&](std::string const& text) {
          require_utf8(parameter.name, text);
          values = parse_values(parameter, text);
        }))
      values = {parameter.default_value};
  }
  configuration.zips = parse_zips(configuration.options.zip);
  // Canonical order, so that the stored text does not show in which order values were asked for.
  Grid const grid = configuration.grid(description);
  for (auto const& axis : grid.axes())
    for (std::size_t j = 0; j < axis.parameters.size(); ++j)
      for (std::size_t row = 0; row < axis.rows.size(); ++row)
        configuration.values[axis.parameters[j]][row] = axis.rows[row][j];
  if (auto const petsc = request.inputs.find(kPetscOptions); petsc != request.inputs.end()) {
    auto const words = split_names(petsc->second.text, ' ');
    for (auto const& word : words) require_utf8("--", word);
    configuration.petsc_options = fmt::format("{}", fmt::join(words, " "));
  }
  return configuration;
}

void adopt_input(Configuration& configuration, Experiment const& experiment, InputFacts const& facts) {
  Point first;
  for (auto const& values : configuration.values) first.push_back(values.front());
  auto const adopted = experiment.adopt_input(first, facts);
  auto const& parameters = experiment.description().parameters;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    if (!configuration.given.contains(parameters[k].name)) configuration.values[k] = {adopted[k]};
}

std::string Configuration::toml(Description const& description) const {
  std::string text;
  for (std::size_t k = 0; k < description.parameters.size(); ++k) {
    text += description.parameters[k].name + " = ";
    if (values[k].size() == 1) {
      text += toml_text(values[k].front());
    } else {
      for (std::size_t j = 0; j < values[k].size(); ++j)
        text += (j == 0 ? "[" : ", ") + toml_text(values[k][j]);
      text += "]";
    }
    text += "\n";
  }
  auto const& table = options_table();
  for (std::size_t k = 0; k < table.specifications().size(); ++k) {
    auto const& what = table.specifications()[k];
    auto const value = table.get(options, k);
    if (describes_study(what.name) && value != what.default_value)
      text += what.name + " = " + toml_text(value) + "\n";
  }
  if (!petsc_options.empty()) text += std::string(kPetscOptions) + " = " + quoted(petsc_options) + "\n";
  return text;
}

}  // namespace thresher::study
