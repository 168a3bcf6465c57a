// The key of a plan's digests: in a file of mode 0600 beside the plan, which whoever applies it needs and a reviewer
// does not. Without it nobody can guess values by their digests.
#pragma once

#include <string>
#include <string_view>

namespace transfer {

// audit.json → audit.json.key
std::string key_path(const std::string& plan);

std::string new_key();

// What the file holds, and whether a text is that.
std::string key_text(const std::string& key);
bool is_key_text(std::string_view text);

// By which a plan knows its key.
std::string key_digest(const std::string& key);
// Of digests that stand for masked values.
std::string shown_digest_key(const std::string& key);

// The key of the plan at this path. Throws kUsage where there is none, kFile for what is no key, or another plan's.
std::string read_key(const std::string& plan, const std::string& expected_digest);

}  // namespace transfer
