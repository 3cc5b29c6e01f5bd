#include "experiments/federated_lora/validity.hpp"

#include "experiments/federated_lora/model/sizes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::federated_lora {

namespace {

void refuse_shapes(Parameters const& point, study::Verdict& verdict) {
  if (point.rank >= point.d1) verdict.refuse("rank", fmt::format("allowed is less than d1 = {}", point.d1));
  if (point.rank + point.contamination_rank > point.d1)
    verdict.refuse("contamination_rank",
                   fmt::format("allowed is at most d1 - rank = {}", point.d1 - point.rank));
  if (point.contamination_kind == ContaminationKind::shift && point.contamination_rank > point.d2)
    verdict.refuse("contamination_rank", fmt::format("kind shift allows at most d2 = {}", point.d2));
  if (point.local_rank > std::min(point.d1, point.d2))
    verdict.refuse("local_rank",
                   fmt::format("allowed is at most min(d1, d2) = {}", std::min(point.d1, point.d2)));
}

void refuse_network(Parameters const& point, study::Verdict& verdict) {
  if (point.rank + point.contamination_rank > point.vocab / 2)
    verdict.refuse(
        "vocab",
        fmt::format("needs rank + contamination_rank = {} frequent tokens: allowed is at least {}",
                    point.rank + point.contamination_rank, 2 * (point.rank + point.contamination_rank)));
  if (point.common_tokens > point.vocab - point.vocab / 2)
    verdict.refuse("common_tokens",
                   fmt::format("allowed are at most the {} rare tokens", point.vocab - point.vocab / 2));
  if (point.lora_rank > point.d_model)
    verdict.refuse("lora_rank", fmt::format("allowed is at most d_model = {}", point.d_model));
  for (auto const* name : {"d1", "d2"})
    if (verdict.given(name))
      verdict.refuse(name,
                     fmt::format("module copy has matrices of d_model x d_model = {0} x {0}: leave it out",
                                 point.d_model));
  for (auto const* name : {"local_rank", "ridge"})
    if (verdict.given(name)) verdict.refuse(name, "module copy does not use it: leave it out");
}

void refuse_input(Parameters const& point, study::Verdict& verdict) {
  if (point.input == nullptr)
    return verdict.refuse("module", "input needs a file with the clients' estimates: give --input");
  auto const& own = *point.input;
  if (point.clients != own.clients) verdict.refuse("clients", fmt::format("the file has {}", own.clients));
  if (own.adapters.size() == 1) {
    auto const& adapter = own.adapters.front();
    if (point.d1 != adapter.d1) verdict.refuse("d1", fmt::format("the file has {}", adapter.d1));
    if (point.d2 != adapter.d2) verdict.refuse("d2", fmt::format("the file has {}", adapter.d2));
  } else if (point.path_points > 0) {
    verdict.refuse(
        "path_points",
        fmt::format("each of the {} modules has a price of its own: allowed is 0, or a file with one",
                    own.adapters.size()));
  }
  if (point.rank_fit == 0)
    verdict.refuse("rank_fit", "own estimates have no true rank to be told: give it, at least 1");
  if (point.lambda_rule == LambdaRule::outlier_pursuit)
    verdict.refuse("lambda_rule",
                   "outlier_pursuit needs the number of contaminated clients: allowed are the others");
}

void refuse_clients(Parameters const& point, study::Verdict& verdict) {
  if (benign_clients(point) < 2)
    verdict.refuse("contamination",
                   fmt::format("leaves {} of {} clients benign; allowed are at least 2 benign ones",
                               benign_clients(point), point.clients));
  if (point.module == Module::linreg && point.n_local < point.d1 + 2)
    verdict.refuse("n_local", fmt::format("the noise of least squares is defined from d1 + 2 = {} samples on",
                                          point.d1 + 2));
}

void refuse_estimators(Parameters const& point, study::Verdict& verdict) {
  std::int64_t const r = fitted_rank(point);
  auto const* const of_rank = point.rank_fit > 0 ? "rank_fit" : "rank";
  if (point.rank_fit >= point.d1)
    verdict.refuse("rank_fit", fmt::format("allowed is less than d1 = {}", point.d1));
  std::int64_t const columns =
      (point.centering == Centering::common ? point.clients - 1 : point.clients) * point.d2;
  if (r > columns)
    verdict.refuse(
        of_rank,
        fmt::format("the clients' estimates span at most {} directions: allowed is at most that", columns));
  if (point.compress_rank > 0 && (point.compress_rank < r || point.compress_rank > point.d1))
    verdict.refuse("compress_rank", fmt::format("allowed are 0 and {} to d1 = {}", r, point.d1));
  if (point.lambda_rule == LambdaRule::fixed && point.lambda_value <= 0)
    verdict.refuse("lambda_value", "lambda_rule = fixed needs a price: allowed is more than 0");
  if (point.lambda_rule == LambdaRule::outlier_pursuit && contaminated_clients(point) == 0)
    verdict.refuse("lambda_rule",
                   "outlier_pursuit divides by the number of contaminated clients, which is 0 here");
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  if (point.module == Module::input) {
    refuse_input(point, verdict);
  } else {
    refuse_shapes(point, verdict);
    refuse_clients(point, verdict);
  }
  if (point.module == Module::copy) refuse_network(point, verdict);
  if (point.module != Module::input || point.input == nullptr) return refuse_estimators(point, verdict);
  for (auto const& adapter : point.input->adapters) refuse_estimators(of_adapter(point, adapter), verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  auto const kind = point.contamination_kind;
  bool const has_subspace = kind == ContaminationKind::collude || kind == ContaminationKind::shift;
  unless(point.rank > 1 && (point.module == Module::gaussian || point.module == Module::linreg),
         {"condition"});
  bool const copies = point.module == Module::copy;
  unless(has_subspace && !copies && point.module != Module::input, {"overlap"});
  bool const own = point.module == Module::input;
  unless(!own, {"rank", "contamination", "contamination_kind", "contamination_rank", "contamination_scale",
                "methods"});
  unless(!copies && adapter_count(point) == 1, {"d1", "d2"});
  unless(!copies && !own, {"signal", "common_norm", "heterogeneity", "noise", "local_rank"});
  unless(copies,
         {"vocab", "d_model", "copy_length", "zipf", "pretrain_steps", "pretrain_seed", "label_noise",
          "common_tokens", "lora_rank", "train_steps", "learning_rate", "weight_decay", "test_sequences"});
  unless(point.module == Module::linreg || point.module == Module::copy, {"n_local"});
  if (point.module == Module::input) verdict.deterministic();
  unless(point.module == Module::linreg, {"ridge"});
  unless(point.lambda_rule == LambdaRule::enter || point.lambda_rule == LambdaRule::rank, {"lambda_factor"});
  unless(point.lambda_rule == LambdaRule::fixed, {"lambda_value"});
}

void warn_of_surprises(Parameters const& point, study::Verdict& verdict) {
  if (point.module == Module::input) return;
  if (point.input != nullptr) verdict.warn("input is read by module input only");
  if (point.contamination > 0 && contaminated_clients(point) == 0)
    verdict.warn(
        fmt::format("contamination = {} of {} clients rounds to none", point.contamination, point.clients));
  if (point.centering == Centering::none && point.common_norm > 0 && point.module != Module::copy)
    verdict.warn("centering = none with common_norm > 0: the common part leaks into the low-rank part");
}

}  // namespace thresher::federated_lora
