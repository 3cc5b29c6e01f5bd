#include "../validity.hpp"

#include "trial.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

// What is refused, and under which name; what has no influence.

namespace thresher::implicit_regularization {
namespace {

using namespace testing;
using Change = std::function<void(Parameters&)>;

/// The parameter that a change of the defaults is refused by; empty where it is not.
std::string refused(Change const& change) {
  Parameters point;
  change(point);
  auto const text = trials::ask(experiment(), point).refusal;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  return text.substr(0, text.find(' '));
}

std::string words_of(Change const& change) {
  Parameters point;
  change(point);
  return trials::ask(experiment(), point).refusal;
}

void make_explicit(Parameters& p) {
  p.modification = Modification::explicit_penalty;
  p.l2 = 0.1;
}
void make_dropout(Parameters& p) {
  p.modification = Modification::dropout;
  p.dropout = 0.3;
}
void make_diagonal(Parameters& p) {
  p.model = Model::diagonal;
  p.modification = Modification::none;
  p.observation = Observation::integrated;
}
void make_flow(Parameters& p) {
  p.modification = Modification::step_size;
  p.observation = Observation::flow;
}
void make_minibatch(Parameters& p) {
  p.modification = Modification::minibatch;
  p.observation = Observation::flow;
  p.batch = 100;
}

/// One change after another.
Change both(Change const& first, Change const& second) {
  return [=](Parameters& p) {
    first(p);
    second(p);
  };
}

TEST(Validity, ThePointsThatTheseTestsStartFromAreAllowed) {
  for (auto const& start : {Change([](Parameters&) {}), Change(make_explicit), Change(make_dropout),
                            Change(make_diagonal), Change(make_flow), Change(make_minibatch)})
    EXPECT_EQ(refused(start), "");
}

TEST(Validity, EveryModificationHasItsObservations) {
  auto const observe = [](Observation how) { return [how](Parameters& p) { p.observation = how; }; };
  EXPECT_EQ(refused(both(make_explicit, observe(Observation::flow))), "observation");
  EXPECT_EQ(refused(observe(Observation::update)), "observation");
  EXPECT_EQ(refused(observe(Observation::integrated)), "observation");
  EXPECT_EQ(refused(both(make_flow, observe(Observation::endpoint))), "observation");
  EXPECT_EQ(refused(both(make_minibatch, observe(Observation::endpoint))), "observation");
  EXPECT_EQ(refused(both(make_dropout, observe(Observation::flow))), "observation");
  EXPECT_EQ(refused(both(make_diagonal, observe(Observation::endpoint))), "observation");
  EXPECT_EQ(refused(both(make_diagonal, [](Parameters& p) { p.modification = Modification::early_stop; })),
            "modification");
  EXPECT_EQ(refused(both(make_diagonal, [](Parameters& p) { p.loss = Loss::logistic; })), "loss");
  EXPECT_EQ(refused(both(make_diagonal, [](Parameters& p) { p.teacher_units = 2; })), "teacher_units");
  EXPECT_EQ(refused(both(make_dropout,
                         [](Parameters& p) {
                           p.observation = Observation::update;
                           p.dropout = 0;
                         })),
            "dropout");
  EXPECT_EQ(refused(both(make_flow, [](Parameters& p) { p.replicates = 2; })), "replicates");
  EXPECT_EQ(refused(both(make_diagonal, [](Parameters& p) { p.replicates = 2; })), "replicates");
  EXPECT_EQ(refused([](Parameters& p) { p.horizon = 5; }), "horizon");
}

TEST(Validity, SizesFitEachOther) {
  EXPECT_EQ(refused([](Parameters& p) { p.sparsity = 11; }), "sparsity");
  EXPECT_EQ(words_of([](Parameters& p) { p.sparsity = 11; }), "sparsity = 11: allowed are 0 to d = 10");
  EXPECT_EQ(refused([](Parameters& p) { p.batch = 1001; }), "batch");
  for (std::int64_t const batch : {0, 1000, 300})
    EXPECT_EQ(refused(both(make_minibatch, [batch](Parameters& p) { p.batch = batch; })), "batch");
}

TEST(Validity, PenaltiesThatAreAdded) {
  EXPECT_NE(refused(both(make_explicit, [](Parameters& p) { p.l2 = 0; })), "");
  EXPECT_EQ(refused([](Parameters& p) { p.l1 = 0.1; }), "l1");
  EXPECT_EQ(refused([](Parameters& p) { p.l2 = 0.1; }), "l2");
  EXPECT_EQ(refused(both(make_explicit, [](Parameters& p) { p.group = 0.1; })), "group");
  auto const network = both(make_explicit, [](Parameters& p) { p.model = Model::mlp; });
  EXPECT_EQ(refused(network), "");
  EXPECT_EQ(refused(both(network,
                         [](Parameters& p) {
                           p.group = 0.1;
                           p.smooth = 0;
                         })),
            "smooth");
  auto const sharp = [](Parameters& p) {
    p.l1 = 0.1;
    p.smooth = 0;
  };
  EXPECT_EQ(refused(both(network, sharp)), "smooth");
  EXPECT_NE(words_of(both(network, sharp)).find("exact l1"), std::string::npos);
  EXPECT_EQ(refused(both(make_explicit, sharp)), "");
}

TEST(Validity, Training) {
  auto const with = [](Optimizer optimizer) {
    return [optimizer](Parameters& p) { p.optimizer = optimizer; };
  };
  EXPECT_EQ(refused(with(Optimizer::lbfgs)), "optimizer");
  EXPECT_EQ(refused(both(make_flow, with(Optimizer::lbfgs))), "optimizer");
  EXPECT_EQ(refused(both(make_minibatch, with(Optimizer::lbfgs))), "optimizer");
  EXPECT_EQ(refused(both(make_dropout, with(Optimizer::lbfgs))), "");
  auto const minimised = both(make_dropout, with(Optimizer::lbfgs));
  EXPECT_EQ(refused(both(minimised, [](Parameters& p) { p.loss = Loss::logistic; })), "optimizer");
  EXPECT_EQ(refused(both(minimised,
                         [](Parameters& p) {
                           p.model = Model::mlp;
                           p.depth = 2;
                         })),
            "optimizer");
  EXPECT_EQ(refused(both(make_dropout, [](Parameters& p) { p.stop = Stop::patience; })), "stop");
  EXPECT_EQ(refused([](Parameters& p) {
              p.stop = Stop::patience;
              p.tail_average = 0.5;
            }),
            "tail_average");
  for (auto const& change :
       {Change([](Parameters& p) { p.stop = Stop::patience; }),
        Change([](Parameters& p) { p.momentum = 0.5; }), Change([](Parameters& p) { p.batch = 100; }),
        Change([](Parameters& p) { p.model = Model::mlp; })})
    EXPECT_EQ(refused(both([](Parameters& p) { p.engine = Engine::spectral; }, change)), "engine");
}

TEST(Validity, StepsThatDiverge) {
  // d / n = 1 / 100: the largest eigenvalue is about 1.21.
  EXPECT_EQ(refused([](Parameters& p) { p.eta = 1.7; }), "eta");
  EXPECT_EQ(refused([](Parameters& p) { p.eta = 1.6; }), "");
  EXPECT_EQ(refused([](Parameters& p) {
              p.eta = 0.9;
              p.matrix_fit = MatrixFit::full;
            }),
            "eta");
  EXPECT_EQ(refused([](Parameters& p) {
              p.eta = 0.8;
              p.matrix_fit = MatrixFit::full;
            }),
            "");
  EXPECT_NE(words_of([](Parameters& p) { p.eta = 1.7; }).find("1.653"), std::string::npos)
      << words_of([](Parameters& p) { p.eta = 1.7; });
}

TEST(Validity, CandidatesThatDoNotExistHere) {
  auto const fit = [](Candidate name) { return [name](Parameters& p) { p.candidates = {name}; }; };
  EXPECT_EQ(refused(fit(Candidate::path)), "candidates");
  EXPECT_EQ(words_of(fit(Candidate::path)), "candidates = path: path is not available here");
  EXPECT_EQ(refused(fit(Candidate::group)), "candidates");
  EXPECT_EQ(refused(fit(Candidate::batchnoise)), "candidates");
  EXPECT_EQ(refused(fit(Candidate::hypentropy)), "candidates");
  EXPECT_EQ(refused(fit(Candidate::l2_init)), "");
  EXPECT_EQ(refused(fit(Candidate::gradnorm)), "");
  EXPECT_EQ(refused(both(make_flow, fit(Candidate::l2_init))), "candidates");
  auto const update = both(make_dropout, [](Parameters& p) { p.observation = Observation::update; });
  EXPECT_EQ(refused(both(update, fit(Candidate::gradnorm))), "candidates");
  EXPECT_EQ(refused(both(update, fit(Candidate::dropout))), "");
  EXPECT_EQ(refused(both(make_diagonal, fit(Candidate::data_l2))), "candidates");
  EXPECT_EQ(refused(both(make_diagonal, fit(Candidate::dropout))), "candidates");
  EXPECT_EQ(refused(both(make_diagonal, fit(Candidate::hypentropy))), "");
  EXPECT_EQ(refused([](Parameters& p) { p.joint = {Candidate::path}; }), "joint");
}

TEST(Validity, Fits) {
  auto const subgradient = [](Parameters& p) { p.fit = Fit::subgradient; };
  EXPECT_EQ(refused(both(make_explicit, subgradient)), "fit");
  auto const sharp = both(make_explicit, [](Parameters& p) {
    p.l1 = 0.1;
    p.smooth = 0;
  });
  EXPECT_EQ(refused(both(sharp, subgradient)), "");
  EXPECT_EQ(refused(both(both(sharp, subgradient), [](Parameters& p) { p.joint = {Candidate::l1}; })), "fit");
  EXPECT_EQ(refused(both(make_explicit, [](Parameters& p) { p.matrix_fit = MatrixFit::full; })),
            "matrix_fit");
  EXPECT_EQ(refused([](Parameters& p) {
              p.loss = Loss::logistic;
              p.matrix_fit = MatrixFit::diagonal;
            }),
            "matrix_fit");
  EXPECT_EQ(refused([](Parameters& p) { p.exponent_min = 4; }), "exponent_min");
  EXPECT_EQ(refused(both(make_dropout, [](Parameters& p) { p.retrain = true; })), "retrain");  // data_l2
  EXPECT_EQ(refused(both(make_explicit, [](Parameters& p) { p.retrain = true; })), "");
}

TEST(Validity, WhatHasNoInfluence) {
  auto const inert = [](Change const& change) {
    Parameters point;
    change(point);
    return trials::ask(experiment(), point).inert;
  };
  auto const plain = inert([](Parameters&) {});
  for (auto const* name : {"decay", "width", "depth", "activation", "bias", "init_scale", "alpha", "grad_tol",
                           "max_iter", "patience", "min_delta", "burn_in", "snapshots", "n_repeats",
                           "flow_substeps", "horizon", "dropout", "active_tol"})
    EXPECT_TRUE(plain.contains(name)) << name;
  for (auto const* name : {"eta", "steps", "smooth", "power_eps", "exponent_max", "noise_sd", "replicates"})
    EXPECT_FALSE(plain.contains(name)) << name;
  auto const flow = inert(make_flow);
  EXPECT_TRUE(flow.contains("steps"));
  EXPECT_FALSE(flow.contains("burn_in"));
  EXPECT_FALSE(flow.contains("snapshots"));
  EXPECT_TRUE(flow.contains("power_eps"));
  auto const update = inert(both(make_dropout, [](Parameters& p) { p.observation = Observation::update; }));
  EXPECT_TRUE(update.contains("steps"));
  EXPECT_FALSE(update.contains("dropout"));
  EXPECT_FALSE(update.contains("n_repeats"));
  auto const diagonal = inert(make_diagonal);
  EXPECT_FALSE(diagonal.contains("alpha"));
  EXPECT_FALSE(diagonal.contains("grad_tol"));
}

}  // namespace
}  // namespace thresher::implicit_regularization
