// Connections that are to be encrypted, to a server whose certificate is right, or wrong in one way each. The CA is
// made here and thrown away.
#include <gmock/gmock.h>
#include <memory>
#include <thread>

#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

using testing::HasSubstr;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";

// Not the one where the sockets of other tests come and go: between free_port and the server's start one of them could
// have taken the port.
constexpr const char* kAddress = "127.0.0.2";

// "ca.crt" of two authorities, and certificates of the first for several names.
class Authority {
 public:
  Authority() {
    for (const char* name : {"ca", "stranger"})
      openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
               "-subj", std::string("/CN=throw-away ") + name, "-keyout", path(name, ".key"), "-out",
               path(name, ".crt")});
  }

  // The certificate of a server for one host, and its key, both PEM.
  std::pair<std::string, std::string> certificate(const std::string& host, const std::string& authority,
                                                  const std::string& days = "2") {
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + host,
             "-keyout", path("server", ".key"), "-out", path("server", ".csr")});
    folder_.write("names", "subjectAltName=DNS:" + host + "\n");
    openssl({"x509", "-req", "-in", path("server", ".csr"), "-CA", path(authority, ".crt"), "-CAkey",
             path(authority, ".key"), "-CAcreateserial", "-days", days, "-extfile", folder_.file("names"), "-out",
             path("server", ".crt")});
    return {support::read_file(path("server", ".crt")), support::read_file(path("server", ".key"))};
  }
  std::pair<std::string, std::string> self_signed(const std::string& host) {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host, "-keyout", path("own", ".key"), "-out",
             path("own", ".crt")});
    return {support::read_file(path("own", ".crt")), support::read_file(path("own", ".key"))};
  }

  std::string path(const std::string& name, const char* kind) const { return folder_.file(name + kind); }

 private:
  static void openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    const support::Run run = support::run_program(arguments);
    if (run.status != 0) throw std::runtime_error("openssl: " + run.err);
  }

  support::TemporaryFolder folder_;
};

class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = std::make_unique<Authority>();
    port_ = support::free_port(kAddress);
    server_ = std::make_unique<support::OwnServer>(
        std::vector<std::string>{std::string("listen_addresses=") + kAddress, "port=" + port_});
  }
  static void TearDownTestSuite() {
    server_.reset();
    authority_.reset();
  }

  void SetUp() override {
    source_.run(
        "CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t SELECT n, 'x' FROM generate_series(1, 9) n");
    target_.run("CREATE TABLE t (id int PRIMARY KEY, note text)");
    ASSERT_EQ(support::run_program({kExport, file_, "--url", source_.url(), "-q"}).status, 0);
  }

  void use(const std::pair<std::string, std::string>& certificate) {
    server_->write("server.crt", certificate.first);
    server_->write("server.key", certificate.second);
    target_.run("ALTER SYSTEM SET ssl = on");
    target_.run("SELECT pg_reload_conf()");
    // The postmaster reads it when it comes to it.
    for (int tries = 0; tries < 500 && served_certificate() != certificate.first; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  static std::string served_certificate() {
    const support::Run run = support::run_program(
        {"openssl", "s_client", "-connect", kAddress + (":" + port_), "-starttls", "postgres", "-showcerts"});
    const std::string head = "-----BEGIN CERTIFICATE-----";
    const std::string tail = "-----END CERTIFICATE-----\n";
    const std::size_t from = run.out.find(head);
    const std::size_t to = run.out.find(tail);
    return from == std::string::npos || to == std::string::npos ? "" : run.out.substr(from, to + tail.size() - from);
  }

  std::string url(const std::string& parameters, const std::string& host = "localhost") const {
    return "postgresql://postgres@" + host + ":" + port_ + "/" + target_.name() + "?hostaddr=" + kAddress + "&" +
           parameters;
  }
  std::string verified(const std::string& mode = "verify-full") const {
    return "sslmode=" + mode + "&sslrootcert=" + authority_->path("ca", ".crt");
  }

  support::Run run_import(const std::string& to) const { return support::run_program({kImport, file_, "--url", to}); }
  std::string rows() { return target_.value("SELECT count(*) FROM t"); }

  void expect_refused(const std::string& to, const std::string& reason) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{kImport, file_},
                                                  {kImport, file_, "--dry-run"},
                                                  {kExport, folder_.file("no.json")}}) {
      std::vector<std::string> arguments = words;
      arguments.insert(arguments.end(), {"--url", to});
      const support::Run run = support::run_program(arguments);
      EXPECT_EQ(run.status, 5) << run.err;
      EXPECT_THAT(run.err, HasSubstr(reason));
    }
    EXPECT_EQ(rows(), "0");
    EXPECT_THROW(support::read_file(folder_.file("no.json")), std::runtime_error);
  }

  static std::unique_ptr<Authority> authority_;
  static std::string port_;
  static std::unique_ptr<support::OwnServer> server_;
  support::Database source_;
  support::Database target_ = support::Database::on(server_->connection());
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
};

std::unique_ptr<Authority> Tls::authority_;
std::string Tls::port_;
std::unique_ptr<support::OwnServer> Tls::server_;

TEST_F(Tls, OfTheRightServerIsUsed) {
  use(authority_->certificate("localhost", "ca"));
  const support::Run run = run_import(url(verified()));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows(), "9");
  const support::Run exported =
      support::run_program({kExport, folder_.file("back.json"), "--url", url(verified()), "--jobs", "2"});
  EXPECT_EQ(exported.status, 0) << exported.err;
}

// libpq's own variables say the same.
TEST_F(Tls, IsWhatTheEnvironmentSays) {
  use(authority_->certificate("localhost", "stranger"));
  const auto run = [&](const std::string& authority) {
    return support::run_program(
        {kImport, file_, "--url", url("connect_timeout=5")},
        {.environment = {"PGSSLMODE=verify-full", "PGSSLROOTCERT=" + authority_->path(authority, ".crt")}});
  };
  EXPECT_EQ(run("ca").status, 5);
  EXPECT_EQ(rows(), "0");
  const support::Run right = run("stranger");
  EXPECT_EQ(right.status, 0) << right.err;
}

TEST_F(Tls, OfAnotherHostIsRefused) {
  use(authority_->certificate("other.example", "ca"));
  expect_refused(url(verified()), "does not match host name \"localhost\"");
  EXPECT_EQ(run_import(url(verified("verify-ca"))).status, 0);  // as it was asked for
}

TEST_F(Tls, ThatHasExpiredIsRefused) {
  use(authority_->certificate("localhost", "ca", "-1"));
  expect_refused(url(verified()), "certificate verify failed");
}

TEST_F(Tls, OfAnUnknownAuthorityIsRefused) {
  use(authority_->self_signed("localhost"));
  expect_refused(url(verified()), "certificate verify failed");
  use(authority_->certificate("localhost", "stranger"));
  expect_refused(url(verified()), "certificate verify failed");
}

TEST_F(Tls, WithoutVerificationIsTakenOnlyWhenItIsAskedFor) {
  use(authority_->self_signed("localhost"));
  EXPECT_EQ(run_import(url("sslmode=require")).status, 0);
  EXPECT_EQ(rows(), "9");
}

TEST_F(Tls, ThatTheServerDoesNotHaveIsNotDoneWithout) {
  target_.run("ALTER SYSTEM SET ssl = off");
  target_.run("SELECT pg_reload_conf()");
  for (int tries = 0; tries < 500 && !served_certificate().empty(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  expect_refused(url("sslmode=require"), "does not support SSL");
  expect_refused(url(verified()), "does not support SSL");
}

TEST_F(Tls, WhoseAuthorityIsNotThereIsRefusedAndNamed) {
  use(authority_->certificate("localhost", "ca"));
  expect_refused(url("sslmode=verify-full&sslrootcert=/nowhere/ca.crt"), "/nowhere/ca.crt");
}

}  // namespace
}  // namespace live
