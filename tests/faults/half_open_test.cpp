// A line that is dead and does not say so: packets go nowhere in both directions. A network of the test's own, whose
// only interface is taken down in the middle, with short times where the defaults are a minute or two.
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "faults/fault_fixture.h"
#include "support/wire_proxy.h"

namespace faults {
namespace {

using support::Harm;
using support::WireProxy;

enum class Link { kUp, kDown };

// In the network of the calling thread.
bool set_loopback(Link link) {
  const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  bool done = ::ioctl(any, SIOCGIFFLAGS, &request) == 0;
  if (link == Link::kUp) {
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  } else {
    request.ifr_flags = static_cast<short>(request.ifr_flags & ~IFF_UP);
  }
  done = done && ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
  ::close(any);
  return done;
}

class HalfOpenLine : public Faults {
 protected:
  void SetUp() override {
    // The server is reached over a socket in the file system, which no network stands between.
    if (::unshare(CLONE_NEWNET) != 0 || !set_loopback(Link::kUp))
      GTEST_SKIP() << "no network of its own: " << std::strerror(errno);
  }

  static std::string with_short_times(const std::string& url) {
    return url + "&keepalives_idle=1&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=2000";
  }
};

TEST_F(HalfOpenLine, IsGivenUpAndLeavesNothing) {
  fill_target();
  const std::string before = state();
  std::size_t last = 0;
  {
    WireProxy proxy(support::server_connection(), {});
    ASSERT_EQ(support::run_program(import_words(with_short_times(proxy.url(target_.name()))), surroundings()).status,
              0);
    last = proxy.messages(support::Way::kToServer).size();
    fill_target();
    target_.disconnect();
  }
  for (const std::size_t n : {last / 4, last / 2, last - 5}) {
    support::Run run;
    {
      WireProxy proxy(support::server_connection(),
                      {.harm = Harm::kCall, .message = n, .call = [] { set_loopback(Link::kDown); }});
      support::Program program(import_words(with_short_times(proxy.url(target_.name()))), surroundings());
      const auto ended = program.finish_within(kWatchdog);
      ASSERT_TRUE(ended) << "hangs at message " << n;
      run = *ended;
      ASSERT_TRUE(set_loopback(Link::kUp));
    }
    EXPECT_EQ(run.status, 5) << n << run.err;
    EXPECT_EQ(state(), before) << n;
  }
}

}  // namespace
}  // namespace faults
