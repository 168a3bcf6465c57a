// Who approved a file: its signature (FILE.sig, made by ssh-keygen -Y sign -n db-transfer) held against a list of
// persons, OpenSSH's allowed_signers, by ssh-keygen itself. Opens no connection.
#pragma once

#include <optional>
#include <string>

#include "base/input_file.h"

namespace cli {

// The list of --signers, or that of DB_TRANSFER_SIGNERS; none: nobody needs to have signed. Throws kUsage where both
// name one, or one that is not there.
std::optional<std::string> signers_file(const std::optional<std::string>& option);
bool environment_demands_signers();

// The person who signed the bytes of the file, as they are read by `bytes`. Throws kPrivilege without a good signature
// of one who is listed.
std::string demand_signature(const std::string& path, const std::string& signers, base::InputFile& bytes);

}  // namespace cli
