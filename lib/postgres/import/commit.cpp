#include "postgres/import/commit.h"

#include <chrono>
#include <thread>

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

// How long the server is asked what became of a transaction.
constexpr std::chrono::seconds kPatience{10};

enum class Answer { kCommitted, kAborted, kNotYet, kNotToBeHad };

class LostCommit {
 public:
  LostCommit(std::unique_ptr<Connection>& connection, const std::function<std::unique_ptr<Connection>()>& reconnect,
             const std::string& history, const std::string& transaction)
      : connection_(connection),
        reconnect_(reconnect),
        history_(history),
        transaction_(transaction),
        question_("SELECT pg_catalog.txid_status(" + transaction + ")") {}

  // Asks the server what became of the transaction. One that has crashed knows it, too, once it has started.
  std::string resolve() {
    Answer answer = ask();
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (std::chrono::milliseconds pause(50); answer == Answer::kNotYet && std::chrono::steady_clock::now() < end;
         pause *= 2) {
      std::this_thread::sleep_for(pause);
      answer = ask();
    }
    if (answer == Answer::kCommitted) {
      return "the connection was lost at the commit; the server says that transaction " + transaction_ +
             " is committed";
    }
    if (answer == Answer::kAborted) {
      throw Error(ErrorKind::kConnection,
                  "lost the connection at the commit; the server says that the import was rolled back",
                  "run the command again");
    }
    throw Error(ErrorKind::kCommitUnknown,
                "lost the connection at the commit; whether transaction " + transaction_ +
                    " was committed is not known" + (other_server_ ? ": another server answers now" : ""),
                "ask the server" + std::string(other_server_ ? " that it was for" : "") + ": " + question_ +
                    "; running the import again is safe either way");
  }

 private:
  Answer ask() {
    try {
      connection_ = reconnect_();
      if (!history_.empty()) {
        const std::string now = history_of(*connection_);
        other_server_ = !now.empty() && now != history_;
        if (other_server_) return Answer::kNotToBeHad;
        if (now.empty()) return Answer::kNotYet;  // a standby: perhaps about to take over
      }
      const std::string status = connection_->query_value(question_).c_str();  // NULL: ""
      if (status == "committed") return Answer::kCommitted;
      if (status == "aborted") return Answer::kAborted;
      return Answer::kNotYet;  // "in progress" as long as it has not noticed that we are gone
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kInterrupted ? Answer::kNotToBeHad : Answer::kNotYet;
    }
  }

  std::unique_ptr<Connection>& connection_;
  const std::function<std::unique_ptr<Connection>()>& reconnect_;
  const std::string& history_;
  const std::string& transaction_;
  const std::string question_;
  bool other_server_ = false;
};

// An answer in words, after which the server waits for more: it has rolled back, and says why. Words of a pooler about
// a server that it has lost are no such answer.
bool is_refusal(const ServerError& error, const Connection& connection) {
  const std::string& state = error.fields().sqlstate;
  return connection.transaction_status() == PQTRANS_IDLE && !state.starts_with("08") && !state.starts_with("57P");
}

[[noreturn]] void refuse(const ServerError& error) {
  throw ServerError(error.kind(),
                    std::string("the server refused to commit, and rolled the import back: ") + error.what(),
                    error.hint(), error.fields());
}

}  // namespace

std::string history_of(Connection& connection) {
  try {
    const pqxx::result line = connection.query(R"sql(
SELECT pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8) AS timeline,
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify)sql");
    std::string history = line[0]["timeline"].c_str();
    if (line[0]["may_identify"].as<bool>())
      history += connection.query_value("SELECT system_identifier FROM pg_catalog.pg_control_system()").c_str();
    return history;
  } catch (const ServerError&) {
    return {};
  }
}

std::string commit(std::unique_ptr<Connection>& connection,
                   const std::function<std::unique_ptr<Connection>()>& reconnect, const std::string& history) {
  const std::string transaction =
      connection->query_value("SELECT pg_catalog.txid_current_if_assigned()").c_str();  // NULL: ""
  std::string tag;
  try {
    tag = connection->execute_for_tag("COMMIT");
  } catch (const ServerError& error) {
    if (is_refusal(error, *connection)) refuse(error);
    if (error.kind() != ErrorKind::kConnection || transaction.empty()) throw;
    return LostCommit(connection, reconnect, history, transaction).resolve();
  } catch (const Error& error) {
    const bool lost = error.kind() == ErrorKind::kConnection ||
                      connection->transaction_status() == PQTRANS_UNKNOWN;  // a stop shuts a mute line
    if (!lost || transaction.empty()) throw;
    return LostCommit(connection, reconnect, history, transaction).resolve();
  }
  // A transaction that has failed answers COMMIT without an error, but with this tag.
  if (tag != "COMMIT")
    throw Error(ErrorKind::kInternal, "the server rolled the import back at the commit (" + tag + ")");
  return {};
}

}  // namespace postgres
