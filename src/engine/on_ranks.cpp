#include "engine/on_ranks.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "engine/meeting.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>

namespace thresher::engine {

void on_rank_0(mpi::Communicator const& world, std::function<void()> const& work) {
  enum class End { done, help, refused };
  std::string error;
  auto end = End::done;
  if (world.rank() == 0) {
    try {
      work();
    } catch (HelpRequest const& help) {
      fmt::print("{}", help.what());
      end = End::help;
    } catch (UserError const& user) {
      error = user.what();
      end = End::refused;
    } catch (std::filesystem::filesystem_error const& refusal) {
      error = refusal.what();
      end = End::refused;
    }
  }
  meet(world);  // the work may take long
  end = mpi::broadcast_value(world, end);
  if (end == End::help) throw HelpRequest("");
  if (end == End::refused) throw UserError(mpi::broadcast_text(world, error));
}

void on_every_rank(mpi::Communicator const& world, std::function<void()> const& work) {
  on_rank_0(world, work);
  if (world.rank() != 0) work();
}

Request share(mpi::Communicator const& world, Request const& request) {
  bytes::Writer writer;
  writer.put(request.inputs.size());
  for (auto const& [name, given] : request.inputs) writer.put(name, given.text, given.origin);
  writer.put(request.command_line);
  auto message = writer.take();
  mpi::broadcast_vector(world, message);
  bytes::Reader reader(message);
  Request shared;
  for (auto left = reader.get<std::size_t>(); left > 0; --left) {
    auto const name = reader.get<std::string>();
    auto const text = reader.get<std::string>();
    shared.inputs[name] = {text, reader.get<std::string>()};
  }
  shared.command_line = reader.get<std::string>();
  return shared;
}

}  // namespace thresher::engine
