// The transfer file: anything that is not one is Error(kUsage), in words that may be printed.
#include "transfer/config.h"

#include "base/error.h"
#include "base/terminal.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"

using fuzz::require;

FUZZ_TARGET(config) {
  const fuzz::Judged judged = fuzz::judge(input);
  try {
    const transfer::Config config = transfer::parse_config(input, "transfer.json");
    require(judged.opinion != fuzz::Opinion::kFaulty, "only JSON is a transfer file");
    if (judged.opinion != fuzz::Opinion::kSound) return;
    const fuzz::Json& json = judged.value;
    require(config.order.size() == json.value("order", fuzz::Json::array()).size(), "no name of the order is lost");
    require(config.audit_tables.size() == json.value("audit", fuzz::Json::array()).size(), "no pattern is lost");
    require(config.masked.size() == json.value("masked", fuzz::Json::array()).size(), "no masked column is lost");
    require(config.policies.size() == json.value("tables", fuzz::Json::object()).size(), "no policy is lost");
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::kUsage, "what is wrong with a transfer file is Error(kUsage)");
    for (const std::string& text : {std::string(error.what()), error.hint()})
      require(base::printable(text) == text, "what is said of it may be printed");
  }
}
