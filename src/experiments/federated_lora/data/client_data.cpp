#include "experiments/federated_lora/data/client_data.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/federated_lora/data/geometric_median.hpp"
#include "experiments/federated_lora/data/own_estimates.hpp"
#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "linalg/orthonormal_frame.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace thresher::federated_lora {

namespace {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

/// Makes the factors of this rank's clients.
void fill_factors(ClientStack& stack, std::function<void(std::int64_t, MatrixView, MatrixView)> const& make) {
  mpi::agree(stack.communicator(), [&] {
    for (std::size_t k = 0; k < stack.pieces().size(); ++k)
      make(stack.pieces()[k].client, stack.left().at(stack.left().pieces()[k]),
           stack.right().at(stack.right().pieces()[k]));
  });
}

/// Makes the clients of which a rank holds columns, whole (bits of a product depend on its width).
void fill(ClientStack& stack, std::function<void(std::int64_t, MatrixView)> const& make) {
  mpi::agree(stack.communicator(), [&] {
    DenseMatrix whole;
    for (auto const& piece : stack.pieces()) {
      if (piece.columns.size() == stack.columns()) {
        make(piece.client, stack.at(piece));
        continue;
      }
      if (whole.rows() == 0) whole = DenseMatrix(stack.rows(), stack.columns());
      make(piece.client, whole.view());
      auto const part = whole.columns_from(piece.columns.begin, piece.columns.size());
      std::copy_n(part.data, part.rows * part.columns, stack.at(piece).data);
    }
  });
}

}  // namespace

ClientData::ClientData(Parameters const& point, Transformer const& network, study::Team& team)
    : point_(point), estimates_(empty_stack(team.communicator())) {
  if (point.module == Module::copy)
    train(network, team);
  else
    draw(team);
  summarise();
  if (draws_) levels_ = measure_levels();
}

ClientData::ClientData(Parameters const& point, Adapter const& adapter, study::Team& team)
    : point_(point), adapter_(&adapter), estimates_(empty_stack(team.communicator())) {
  read(*team.input());
  summarise();
}

ClientStack ClientData::empty_stack(mpi::Communicator const& comm) const {
  if (stores_factors(point_, known_rank(), comm.size()))
    return ClientStack::factored(comm, point_.clients, point_.d1, point_.d2, known_rank());
  return {comm, point_.clients, point_.d1, point_.d2};
}

void ClientData::summarise() {
  mean_ = mean_of(estimates_);
  geometric_median_ = federated_lora::geometric_median(estimates_);
}

void ClientData::read(study::InputReader const& input) {
  shared_ = std::make_unique<SharedStructure>();
  shared_->common = DenseMatrix(point_.d1, point_.d2);
  shared_->benign = DenseMatrix(point_.d1, 0);
  shared_->is_contaminated = read_truth(input, *point_.input);
  if (estimates_.is_factored())
    fill_factors(estimates_, [&](std::int64_t client, MatrixView left, MatrixView right) {
      read_factors(input, *adapter_, client, left, right);
    });
  else
    fill(estimates_,
         [&](std::int64_t client, MatrixView out) { read_estimate(input, *adapter_, client, out); });
}

double ClientData::noise_square() const {
  if (adapter_ == nullptr) return point_.noise * point_.noise;
  return adapter_->has_noise ? adapter_->mean_square_noise : study::kUndefined;
}

std::int64_t ClientData::known_rank() const {
  return federated_lora::known_rank(point_, adapter_);
}

void ClientData::draw(study::Team& team) {
  shared_ = std::make_unique<SharedStructure>(draw_shared_structure(point_, team));
  draws_.emplace(point_, *shared_, team);
  if (estimates_.is_factored())
    fill_factors(estimates_, [&](std::int64_t client, MatrixView left, MatrixView right) {
      draws_->estimate_factors(client, left, right);
    });
  else
    fill(estimates_, [&](std::int64_t client, MatrixView out) { draws_->estimate(client, out); });
}

/// One client after the other, asking between them whether the run wants to end.
void ClientData::train(Transformer const& network, study::Team& team) {
  auto const& comm = team.communicator();
  copying_.emplace(point_, network, team);
  shared_ = std::make_unique<SharedStructure>();
  shared_->common = DenseMatrix(point_.d1, point_.d2);
  shared_->is_contaminated = draw_contaminated(point_, team);
  shared_->benign = DenseMatrix(point_.d1, point_.rank);
  linalg::orthonormal_frame(
      comm,
      [&](MatrixView out) {
        for (std::int64_t k = 0; k < out.columns; ++k)
          for (std::int64_t i = 0; i < out.rows; ++i)
            out(i, k) = network.tokens(copying_->task().dialect()[static_cast<std::size_t>(k)], i);
      },
      shared_->benign.view());

  std::size_t done = 0;
  if (auto const kept = team.restore()) {
    bytes::Reader reader(*kept);
    done = reader.get<std::size_t>();
    std::ranges::copy(reader.get<std::vector<double>>(), estimates_.own().data);
    auto const cut = reader.get<std::vector<double>>();
    if (!cut.empty()) cut_ = DenseMatrix(point_.d1, point_.d2);
    std::ranges::copy(cut, cut_.values().begin());
  }
  auto const& pieces = estimates_.pieces();
  auto const rounds = static_cast<std::size_t>(mpi::max(comm, static_cast<double>(pieces.size())));
  DenseMatrix whole(point_.d1, point_.d2);
  for (; done < rounds; ++done) {
    if (team.stopping()) {
      bytes::Writer writer;
      auto const own = estimates_.own();
      writer.put(done, std::span<double const>(own.data, static_cast<std::size_t>(own.rows * own.columns)),
                 cut_.values());
      team.keep(writer.take());
      throw study::Interrupted();
    }
    team.progress(static_cast<double>(done) / static_cast<double>(rounds));
    mpi::agree(comm, [&] {
      if (done >= pieces.size()) return;
      auto const& piece = pieces[done];
      bool const contaminated = is_contaminated()[static_cast<std::size_t>(piece.client)] != 0;
      copying_->train(piece.client, contaminated, whole.view());
      auto const part = whole.columns_from(piece.columns.begin, piece.columns.size());
      std::copy_n(part.data, part.rows * part.columns, estimates_.at(piece).data);
      if (piece.columns.begin == 0 && part.columns < point_.d2) cut_ = whole;
    });
  }
}

linalg::ConstMatrixView ClientData::whole(ClientStack::Piece const& piece) const {
  return piece.columns.size() == estimates_.columns() ? estimates_.at(piece) : cut_.view();
}

EntryLevels ClientData::measure_levels() const {
  EntryLevels levels;
  auto const norms = distances(estimates_, shared_->common);
  auto const m = contaminated_clients(point_);
  auto const level = [&](char group, std::int64_t which) {
    std::vector<double> weights;
    for (std::size_t k = 0; k < norms.size(); ++k)
      weights.push_back(is_contaminated()[k] == group && norms[k] > 0 ? 1 / norms[k] : 0);
    auto const stack = leading_left_vectors({estimates_, shared_->common, weights}, which);
    return 1 / std::max(stack.singular_values.back(), 1e-300);
  };
  levels.benign = level(0, point_.rank);
  if (m > 0) levels.contaminated = level(1, 1);
  if (point_.rank > benign_clients(point_) * point_.d2) return levels;
  levels.exact_benign = point_.heterogeneity == 0 ? exact_level_without_heterogeneity() : exact_level();
  return levels;
}

/// Theta_k - C = U X_k: the right frame of the stack is that of the rows of [X_k], and its blocks have
/// squared norms tr((sum X X^T)^{-1} X_k X_k^T).
double ClientData::exact_level_without_heterogeneity() const {
  auto const& comm = estimates_.communicator();
  DenseMatrix gram(point_.rank, point_.rank);
  std::vector<DenseMatrix> own;  // X_k X_k^T, of clients that begin here
  mpi::agree(comm, [&] {
    for (auto const& piece : estimates_.pieces()) {
      if (piece.columns.begin != 0 || is_contaminated()[static_cast<std::size_t>(piece.client)] != 0)
        continue;
      auto const x = draws_->coordinates(piece.client);
      auto& square = own.emplace_back(point_.rank, point_.rank);
      linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, x.view(), 0, square.view());
      linalg::symmetrize(linalg::Triangle::lower, square.view());
      for (std::size_t k = 0; k < square.values().size(); ++k) gram.values()[k] += square.values()[k];
    }
  });
  mpi::sum_in_place(comm, gram.values());
  double largest = 0;
  mpi::agree(comm, [&] {
    if (!linalg::potrf(linalg::Triangle::lower, gram.view()))
      throw std::runtime_error("the benign clients' own parts do not span the shared subspace");
    for (auto& square : own) {
      linalg::potrs(linalg::Triangle::lower, gram.view(), square.view());
      double trace = 0;
      for (std::int64_t i = 0; i < point_.rank; ++i) trace += square(i, i);
      largest = std::max(largest, trace);
    }
  });
  return std::sqrt(mpi::max(comm, largest));
}

/// max_k |V_k|_F over the blocks of the right singular frame of the noiseless benign stack.
double ClientData::exact_level() const {
  ClientStack noiseless(estimates_.communicator(), point_.clients, point_.d1, point_.d2);
  fill(noiseless, [&](std::int64_t client, MatrixView out) {
    if (is_contaminated()[static_cast<std::size_t>(client)] == 0) draws_->parameter(client, out);
  });
  std::vector<double> weights;
  for (char const mark : is_contaminated()) weights.push_back(mark == 0 ? 1 : 0);
  auto const leading = leading_left_vectors({noiseless, shared_->common, weights}, point_.rank);
  DenseMatrix scaled = leading.vectors;
  for (std::int64_t i = 0; i < point_.rank; ++i)
    for (double& entry : scaled.column(i)) entry /= leading.singular_values[static_cast<std::size_t>(i)];
  std::vector<double> squares(static_cast<std::size_t>(point_.clients));
  for (auto const& piece : noiseless.pieces()) {
    if (is_contaminated()[static_cast<std::size_t>(piece.client)] != 0) continue;
    DenseMatrix block(point_.d1, piece.columns.size());
    auto const from = noiseless.at(piece);
    auto const centre = shared_->common.columns_from(piece.columns.begin, piece.columns.size());
    for (std::size_t k = 0; k < block.values().size(); ++k) block.values()[k] = from.data[k] - centre.data[k];
    DenseMatrix right(point_.rank, piece.columns.size());
    linalg::gemm(Transpose::yes, Transpose::no, 1, scaled.view(), block.view(), 0, right.view());
    for (double const value : right.values())
      squares[static_cast<std::size_t>(piece.client)] += value * value;
  }
  mpi::sum_in_place(estimates_.communicator(), squares);
  return std::sqrt(*std::ranges::max_element(squares));
}

}  // namespace thresher::federated_lora
