#pragma once

#include "experiments/federated_lora/data/copy/copy_task.hpp"
#include "experiments/federated_lora/data/copy/pretraining.hpp"
#include "experiments/federated_lora/data/copy/text_loss.hpp"
#include "experiments/federated_lora/data/copy/transformer.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::federated_lora {

/// The clients of a trial of module copy: each fine-tunes the pretrained network's value matrix on its own
/// text. Any rank can train any client, with the same bits. Nothing here is collective.
class CopyClients {
 public:
  /// `network` must outlive the clients.
  CopyClients(Parameters const& point, Transformer const& network, study::Team const& team);

  CopyTask const& task() const { return task_; }
  /// The client's update F G of Theta by full-batch Adam (the whole matrix where lora_rank = 0), boosted
  /// where it is contaminated.
  void train(std::int64_t client, bool contaminated, linalg::MatrixView update) const;

  /// How well updates write a benign client's fresh text without label noise.
  std::vector<TextLoss::Reading> test(std::int64_t client,
                                      std::span<linalg::DenseMatrix const> updates) const;

 private:
  Text draw_text(random::Stream const& stream, std::int64_t client, std::int64_t sequences) const;
  Text noisy_targets(Text const& source, std::vector<std::int32_t> const& targets, std::int64_t client) const;

  Parameters point_;
  Transformer const& network_;
  CopyTask task_;
  ZipfTokens zipf_;
  random::Stream factor_;
  random::Stream source_;
  random::Stream flip_;
  random::Stream flip_token_;
  random::Stream test_;
};

}  // namespace thresher::federated_lora
