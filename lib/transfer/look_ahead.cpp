#include "transfer/look_ahead.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/terminal.h"
#include "transfer/locked_plan.h"
#include "transfer/same_database.h"

namespace transfer {

using base::Error;
using base::ErrorKind;

std::optional<Error> find_misfit(engine::Target& target, const format::Header& header, const ImportOptions& options,
                                 engine::Detail detail, const std::function<void(const Plan&)>& fits) {
  try {
    demand_another_database(header, target.info(), options.same_database);
    target.begin(options.intent);
    const Plan plan = plan_of(target, header, options);
    target.look_ahead(plan.tables, options.selection.schemas, detail);
    fits(plan);
  } catch (const engine::ConcurrentChange&) {  // looked at again under the locks
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kLock) return std::nullopt;  // who holds it is named when the locks are taken
    if (error.kind() != ErrorKind::kUsage && error.kind() != ErrorKind::kSchema) throw;
    return error;
  }
  return std::nullopt;
}

std::string misfit_notice(const Error& misfit) {
  std::string text = misfit.what();
  const std::size_t first = text.find('\n');
  if (first != std::string::npos) {
    const std::size_t second = text.find('\n', first + 1);
    text = text.substr(0, second) + (second == std::string::npos ? "" : " …");
    text.replace(first, std::string_view("\n  ").size(), " ");
  }
  return base::printable(text) + "; the file is read nevertheless, for a damaged one would say the same";
}

}  // namespace transfer
