// An import that is held to an approved plan: what the command line says of it, before anything is connected to. The
// plan is read and verified, its signature too where one is asked for, and its options take the place of those that
// were not given.
#pragma once

#include "cli/options.h"

namespace cli {

// The options and the transfer file are in the command already. Throws kUsage for options that contradict the plan,
// kFile for a plan that is none, kPrivilege for one that nobody has signed who may, and for an import without one where
// the environment asks for it.
void settle(ImportCommand& command);

}  // namespace cli
