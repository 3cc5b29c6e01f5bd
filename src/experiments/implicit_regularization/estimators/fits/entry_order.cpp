#include "experiments/implicit_regularization/estimators/fits/entry_order.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace thresher::implicit_regularization {

EntryOrder::EntryOrder(OwnEntries const& entries, mpi::Communicator const& comm) : comm_(comm), begins_{0} {
  for (auto const& piece : entries.pieces)
    begins_.push_back(begins_.back() + static_cast<std::size_t>(piece.count));
  auto const by_rank = mpi::gather_parts<Piece>(comm, entries.pieces).values;
  places_.resize(by_rank.size());
  std::iota(places_.begin(), places_.end(), std::size_t{0});
  std::ranges::sort(places_, {}, [&](std::size_t place) { return by_rank[place].first; });
  for (auto const place : places_) pieces_.push_back(by_rank[place]);
}

std::span<double const> EntryOrder::part(std::span<double const> own, std::size_t piece) const {
  assert(own.size() == begins_.back());
  return own.subspan(begins_[piece], begins_[piece + 1] - begins_[piece]);
}

std::vector<double> EntryOrder::gather(std::span<double const> own) const {
  auto const by_rank = mpi::gather_parts<double>(comm_, own).values;
  std::size_t const width = pieces_.empty() ? 0 : by_rank.size() / pieces_.size();
  assert(by_rank.size() == width * pieces_.size());
  std::vector<double> all;
  all.reserve(by_rank.size());
  for (auto const place : places_) {
    auto const from = by_rank.begin() + static_cast<std::ptrdiff_t>(place * width);
    all.insert(all.end(), from, from + static_cast<std::ptrdiff_t>(width));
  }
  return all;
}

std::vector<double> EntryOrder::sum(std::span<double const> own, std::size_t width) const {
  assert(own.size() == width * own_pieces());
  auto const all = gather(own);
  std::vector<double> result(width, 0.0);
  for (std::size_t at = 0; at < all.size(); at += width)
    for (std::size_t k = 0; k < width; ++k) result[k] += all[at + k];
  return result;
}

double EntryOrder::inner(std::span<double const> a, std::span<double const> b) const {
  std::vector<double> products;
  for (std::size_t piece = 0; piece < own_pieces(); ++piece)
    products.push_back(inner_product(part(a, piece), part(b, piece)));
  return sum(products, 1).front();
}

}  // namespace thresher::implicit_regularization
