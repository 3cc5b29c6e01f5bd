#include "experiments/federated_lora/estimators/methods.hpp"
#include "experiments/federated_lora/experiment.hpp"

#include <string>
#include <vector>

namespace thresher::federated_lora {

void Experiment::declare_data() {
  parameter("module", &Parameters::module, {"gaussian", "linreg", "copy", "input"},
            "how a client estimates: its parameter plus Gaussian noise, least squares on its own sample, a "
            "low-rank adapter of a Transformer that copies text; input: the estimates of the user's file",
            "pretraining");
  parameter("clients", &Parameters::clients, "[2, 1e6]", "clients K", "data");
  parameter("d1", &Parameters::d1, "[2, 1e5]",
            "rows of a parameter matrix, the side of the shared subspace; copy: d_model", "data");
  parameter("d2", &Parameters::d2, "[1, 1e5]", "columns of a parameter matrix; copy: d_model", "data");
  parameter("rank", &Parameters::rank, "[1, 1e5]", "dimension r of the shared subspace, below d1", "data");
  parameter("signal", &Parameters::signal, "(0, 1e6]",
            "strength s of the first direction (Frobenius norm per client)", "data");
  parameter("condition", &Parameters::condition, "[1, 1e6]",
            "strength of the first direction over the last one", "data");
  parameter("common_norm", &Parameters::common_norm, "[0, 1e6]", "Frobenius norm of the common part C",
            "data");
  parameter("heterogeneity", &Parameters::heterogeneity, "[0, 1e6]",
            "Frobenius norm h of what is a benign client's own off the subspace", "data");
  parameter("noise", &Parameters::noise, "[0, 1e6]", "Frobenius error sigma of a client's estimate", "data");
  parameter("contamination", &Parameters::contamination, "[0, 1)",
            "part gamma of the clients that is contaminated", "data");
  parameter(
      "contamination_kind", &Parameters::contamination_kind, {"collude", "shift", "independent", "dense"},
      "what contaminated clients share: a subspace, one deviation, nothing (low rank), nothing (full rank)",
      "data");
  parameter("contamination_rank", &Parameters::contamination_rank, "[1, 1e5]",
            "rank q of a contaminated deviation", "data");
  parameter("contamination_scale", &Parameters::contamination_scale, "(0, 1e6]",
            "norm b of a contaminated deviation over that of a benign one", "data");
  parameter("overlap", &Parameters::overlap, "[0, 1)",
            "collude, shift: cosine of the contaminated with the shared directions", "data");
  parameter("n_local", &Parameters::n_local, "[1, 1e9]",
            "samples of a client (linreg, at least d1 + 2), sequences (copy)", "data");
  parameter("ridge", &Parameters::ridge, "[0, 1e9]", "linreg: ridge of a client's least squares", "data");
  parameter("local_rank", &Parameters::local_rank, "[0, 1e5]",
            "rank to which clients truncate their estimates; 0: they do not", "data");
}

void Experiment::declare_network() {
  parameter("vocab", &Parameters::vocab, "[4, 1e5]", "copy: tokens", "pretraining");
  parameter("d_model", &Parameters::d_model, "[2, 1e4]", "copy: width of the network", "pretraining");
  parameter("copy_length", &Parameters::copy_length, "[2, 1e4]", "copy: tokens of a sequence", "pretraining");
  parameter("zipf", &Parameters::zipf, "[0, 100]", "copy: token a has probability ~ (a + 1)^-zipf",
            "pretraining");
  parameter("pretrain_steps", &Parameters::pretrain_steps, "[1, 1e9]",
            "copy: steps that teach the base to copy", "pretraining");
  parameter("pretrain_seed", &Parameters::pretrain_seed, "[0, 1e18]", "copy: seed of the base",
            "pretraining");
  parameter("label_noise", &Parameters::label_noise, "[0, 1)",
            "copy: part of the training targets that is random", "data");
  parameter("common_tokens", &Parameters::common_tokens, "[0, 1e5]",
            "copy: rare tokens that all clients write in one new way", "data");
  parameter("lora_rank", &Parameters::lora_rank, "[0, 1e4]", "copy: rank of an adapter; 0: the whole matrix",
            "data");
  parameter("train_steps", &Parameters::train_steps, "[1, 1e9]", "copy: steps of a client's fine-tuning",
            "data");
  parameter("learning_rate", &Parameters::learning_rate, "(0, 1e3]", "copy: rate of Adam", "data");
  parameter("weight_decay", &Parameters::weight_decay, "[0, 1e3]", "copy: weight decay of the adapter",
            "data");
  parameter("test_sequences", &Parameters::test_sequences, "[1, 1e9]",
            "copy: fresh sequences that a client is tested on", "data");
}

void Experiment::declare_estimators() {
  parameter("rank_fit", &Parameters::rank_fit, "[0, 1e5]",
            "rank that the estimators use; 0: they are told the true rank", "solve");
  parameter("centering", &Parameters::centering, {"common", "none"},
            "whether the program has a free common part, or it is 0", "solve");
  parameter("lambda_rule", &Parameters::lambda_rule, {"enter", "rank", "outlier_pursuit", "fixed"},
            "price of a residual block: just above the level at which rank_fit directions enter; sqrt(r/K); "
            "3/(7 sqrt(m)) with the true number m of contaminated clients; lambda_value",
            "solve");
  parameter("lambda_factor", &Parameters::lambda_factor, "(0, 1e6]", "enter, rank: factor of the price",
            "solve");
  parameter("lambda_value", &Parameters::lambda_value, "[0, 1e6]", "fixed: the price", "solve");
  parameter("huber_tau", &Parameters::huber_tau, "[0, 1e6]",
            "width of the quadratic part of the price of a block (a Gaussian noise term); 0: exact zeros",
            "solve");
  parameter("admm_tol", &Parameters::admm_tol, "(0, 1)", "relative residuals at which the solver stops",
            "solve");
  parameter("admm_max_iter", &Parameters::admm_max_iter, "[1, 1e9]", "most iterations of the solver",
            "solve");
  parameter("compress_rank", &Parameters::compress_rank, "[0, 1e5]",
            "leading directions of the normalised stack to which the program is confined; 0: all", "solve");
  parameter("score", &Parameters::score, {"residual", "block"},
            "first detection by what is off the program's subspace, or by its residual blocks", "decide");
  parameter("threshold_factor", &Parameters::threshold_factor, "(1, 1e6]",
            "flagged are scores above so many quantiles", "decide");
  parameter("threshold_quantile", &Parameters::threshold_quantile, "(0, 1)",
            "probability of the quantile, below the part of benign clients", "decide");
  parameter("threshold_floor", &Parameters::threshold_floor, "[0, 1e6]",
            "flagged are only scores above this part of the median distance from the common part", "decide");
  parameter("polish", &Parameters::polish, "[0, 1000]",
            "most passes that refit common part and subspace to the unflagged clients", "decide");
  parameter(
      "path_points", &Parameters::path_points, "[0, 1000]",
      "prices from half to twice the one in use at which the program is solved for the artifacts path_*; "
      "0: none",
      "decide");
  std::vector<std::string> names;
  for (auto const& entry : methods()) names.push_back(entry.name);
  parameter("methods", &Parameters::methods, names, "estimates whose errors are measured", "decide");
}

}  // namespace thresher::federated_lora
