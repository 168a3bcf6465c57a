// A question to the person at the terminal, asked once, on the terminal itself: standard input may be the data.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace cli {

// Whether somebody sits there: messages go to a terminal, which is ours to read from (a job in the background may not).
bool somebody_is_there();

// The line that is answered, without blanks around it; nothing at its end (Ctrl-D), or where the terminal is gone.
// Throws Error(kInterrupted) on a stop.
std::optional<std::string> ask(const std::string& question, const std::stop_token& stop);

}  // namespace cli
