#include "experiments/hawkes_network/estimators/screening.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/hawkes_network/estimators/candidate_list.hpp"
#include "experiments/hawkes_network/estimators/relations.hpp"
#include "mpi/exchange.hpp"

#include <cmath>

namespace thresher::hawkes_network {

void CorrelationHistogram::add(Relation relation, double correlation) {
  double const cell = std::clamp((correlation - kLowest) / kWidth, 0.0, static_cast<double>(kCells - 1));
  counts[static_cast<std::size_t>(relation)][static_cast<std::size_t>(cell)] += 1;
}

namespace {

class Screen {
 public:
  Screen(Parameters const& point, Observation const& observation, ScreeningRequest const& request,
         study::Team& team)
      : point_(point),
        observation_(observation),
        request_(request),
        team_(team),
        comm_(team.communicator()),
        own_(observation.own()),
        level_(screening_level(point)),
        lists_(static_cast<std::size_t>(own_.size())) {
    result_.bins = bins_of(point);
    result_.lags = {result_.bins.count, digits_for(point.clip), {}};
    for (std::int64_t lag = 1; lag <= point.screen_lags; ++lag)
      result_.lags.weights.push_back(std::exp(-point.bin_width * static_cast<double>(lag - 1)));
    if (request.all_correlations)
      result_.correlations.assign(static_cast<std::size_t>(own_.size() * point.d), 0.0);
    if (request.truth != nullptr) result_.histogram.emplace();
  }

  Screening operator()() {
    make_planes();
    PairCorrelations correlations(result_.lags);
    auto const largest_share = mpi::share(point_.d, 0, comm_.size()).size();
    pieces_ =
        static_cast<int>((largest_share + correlations.rows_at_once() - 1) / correlations.rows_at_once());
    auto const [first_step, first_piece] = resume();
    auto visiting = planes_;
    for (int step = 0; step < comm_.size(); ++step) {
      if (step > 0) visiting = mpi::pass_on(comm_, std::move(visiting));
      if (step < first_step) continue;
      auto const owner = (comm_.rank() + step) % comm_.size();
      auto const columns = mpi::share(point_.d, owner, comm_.size());
      for (int piece = step == first_step ? first_piece : 0; piece < pieces_; ++piece) {
        if (team_.stopping()) {
          leave(step, piece);
          throw study::Interrupted();
        }
        team_.progress(static_cast<double>(step * pieces_ + piece) /
                       static_cast<double>(comm_.size() * pieces_));
        compare(correlations, piece, visiting, columns);
      }
    }
    finish();
    return std::move(result_);
  }

 private:
  void make_planes() {
    BitPlanes planes(result_.bins.count, point_.clip);
    std::vector<BinSums> sums;
    for (auto node = own_.begin; node < own_.end; ++node)
      sums.push_back(planes.add(observation_.of(node), result_.bins));
    for (auto const& of_node : mpi::gather_parts(comm_, sums).values)
      result_.moments.push_back(moments_of(of_node, result_.bins.count));
    node_words_ = planes.node_words();
    planes_ = planes.release();
  }

  /// Nodes `nodes` of a block of planes that begins at node `first`.
  PlaneBlock block(std::vector<bits::Word> const& planes, std::int64_t first, mpi::Range nodes) const {
    return {std::span(planes).subspan(static_cast<std::size_t>((nodes.begin - first) * node_words_),
                                      static_cast<std::size_t>(nodes.size() * node_words_)),
            std::span(result_.moments)
                .subspan(static_cast<std::size_t>(nodes.begin), static_cast<std::size_t>(nodes.size()))};
  }

  void compare(PairCorrelations& correlations, int piece, std::vector<bits::Word> const& visiting,
               mpi::Range columns) {
    auto const part = mpi::share(own_.size(), piece, pieces_);
    mpi::Range const rows{own_.begin + part.begin, own_.begin + part.end};
    if (rows.size() == 0) return;
    correlations.set_rows(block(planes_, own_.begin, rows));
    for (auto begin = columns.begin; begin < columns.end; begin += correlations.columns_at_once()) {
      mpi::Range const tile{begin, std::min(columns.end, begin + correlations.columns_at_once())};
      correlations.correlate(block(visiting, columns.begin, tile), tile_);
      for (auto i = rows.begin; i < rows.end; ++i)
        take(i, tile,
             std::span(tile_).subspan(static_cast<std::size_t>((i - rows.begin) * tile.size()),
                                      static_cast<std::size_t>(tile.size())));
    }
  }

  void take(std::int64_t target, mpi::Range sources, std::span<double const> values) {
    auto const row = static_cast<std::size_t>(target - own_.begin);
    if (request_.candidates) {
      auto& list = lists_[row];
      for (std::size_t k = 0; k < values.size(); ++k)
        if (values[k] > level_ && sources.begin + static_cast<std::int64_t>(k) != target)
          list.offer({static_cast<std::int32_t>(sources.begin + static_cast<std::int64_t>(k)), values[k]},
                     static_cast<std::size_t>(point_.max_candidates));
    }
    if (request_.all_correlations) {
      double* const out = result_.correlations.data() + row * static_cast<std::size_t>(point_.d);
      for (std::size_t k = 0; k < values.size(); ++k)
        if (sources.begin + static_cast<std::int64_t>(k) != target)
          out[static_cast<std::size_t>(sources.begin) + k] = values[k];
    }
    if (request_.truth != nullptr) {
      Relations const relations(*request_.truth, target);
      for (std::size_t k = 0; k < values.size(); ++k) {
        auto const source = sources.begin + static_cast<std::int64_t>(k);
        if (source != target) result_.histogram->add(relations.of(source), values[k]);
      }
    }
  }

  void finish() {
    for (auto& list : lists_)
      result_.candidates.push_back(list.take(static_cast<std::size_t>(point_.max_candidates)));
    if (result_.histogram)
      for (auto& counts : result_.histogram->counts) mpi::sum_in_place(comm_, counts);
  }

  void leave(int step, int piece) {
    bytes::Writer state;
    state.put(step, piece, result_.correlations);
    if (result_.histogram) state.put(result_.histogram->counts);
    for (auto const& list : lists_) state.put(list.kept());
    team_.keep(state.take());
  }

  /// Where to go on.
  std::pair<int, int> resume() {
    auto const kept = team_.restore();
    if (!kept) return {0, 0};
    bytes::Reader state(*kept);
    auto const step = state.get<int>();
    auto const piece = state.get<int>();
    state.read(result_.correlations);
    if (result_.histogram) state.read(result_.histogram->counts);
    for (auto& list : lists_) list = CandidateList(state.get<std::vector<Candidate>>());
    return {step, piece};
  }

  Parameters const& point_;
  Observation const& observation_;
  ScreeningRequest const& request_;
  study::Team& team_;
  mpi::Communicator const& comm_;
  mpi::Range own_;
  double level_;
  std::vector<CandidateList> lists_;
  Screening result_;
  std::int64_t node_words_ = 0;
  int pieces_ = 1;
  std::vector<bits::Word> planes_;
  std::vector<double> tile_;
};

}  // namespace

Screening screen_pairs(Parameters const& point, Observation const& observation,
                       ScreeningRequest const& request, study::Team& team) {
  return Screen(point, observation, request, team)();
}

double screening_bytes(Parameters const& point, double ranks) {
  double const d = static_cast<double>(point.d);
  double const own = std::ceil(d / ranks);
  double const planes =
      own * digits_for(point.clip) * 8 * static_cast<double>(bits::words_for(bins_of(point).count));
  double const candidates = own * (2 * std::min(static_cast<double>(point.max_candidates), d) + 64) *
                            static_cast<double>(sizeof(Candidate));
  return 3 * planes + candidates + d * (sizeof(BinMoments) + sizeof(BinSums));
}

double screening_words(Parameters const& point) {
  double const d = static_cast<double>(point.d);
  double const digits = digits_for(point.clip);
  return d * d * digits * digits * static_cast<double>(point.screen_lags) *
         static_cast<double>(bits::words_for(bins_of(point).count));
}

}  // namespace thresher::hawkes_network
