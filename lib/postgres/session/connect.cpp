#include "postgres/session/connect.h"

#include <chrono>
#include <future>
#include <thread>

#include "base/stop.h"

namespace postgres {
namespace {

OpenConnection open(const Parameters& parameters) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return {PQconnectdbParams(keywords.data(), values.data(), 0), PQfinish};
}

}  // namespace

OpenConnection connect_unless_stopped(Parameters parameters, const std::stop_token& stop) {
  std::packaged_task<OpenConnection()> task([parameters = std::move(parameters)] { return open(parameters); });
  std::future<OpenConnection> opened = task.get_future();
  std::thread thread(std::move(task));
  while (opened.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
    if (!stop.stop_requested()) continue;
    // Left to itself: it closes what nobody waits for any more, or ends with the process.
    thread.detach();
    base::throw_if_stopped(stop);
  }
  thread.join();  // the libraries' ends of it, which must not meet those of the process
  return opened.get();
}

}  // namespace postgres
