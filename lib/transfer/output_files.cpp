#include "transfer/output_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/terminal.h"
#include "report/recognise.h"
#include "transfer/approval_key.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

// A file that is there: its inode. One that is not: its name in the folder's inode.
struct Place {
  dev_t device = 0;
  ino_t inode = 0;
  std::string name;
  bool operator==(const Place&) const = default;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Both, where both are known: another output may replace the file meanwhile, and the name remains.
std::vector<Place> places_of(const std::string& path) {
  std::vector<Place> places;
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) places.push_back({found.st_dev, found.st_ino, {}});
  if (::stat(folder_of(path).c_str(), &found) == 0)
    places.push_back({found.st_dev, found.st_ino, path.substr(path.rfind('/') + 1)});
  return places;
}

std::vector<Place> places_of(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) return {};
  return {{found.st_dev, found.st_ino, {}}};
}

bool meet(const std::vector<Place>& a, const std::vector<Place>& b) {
  return std::find_first_of(a.begin(), a.end(), b.begin(), b.end()) != a.end();
}

bool is_there(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

std::string beginning_of(const std::string& path) {
  const base::Descriptor file = base::open_descriptor(path, O_RDONLY | O_NONBLOCK);
  std::string text(report::kEnoughToRecognise, '\0');
  const ssize_t bytes = file.is_open() ? ::read(file.get(), text.data(), text.size()) : 0;
  text.resize(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  return text;
}

// A plan that this program wrote and something cut short: it can be applied to nothing.
bool is_cut_plan(const std::string& path, const std::string& beginning) {
  if (!beginning.starts_with("{\n  \"report\": {")) return false;
  const base::Descriptor file = base::open_descriptor(path, O_RDONLY | O_NONBLOCK);
  constexpr std::string_view kEnd = "}\n}\n";
  std::string text(kEnd.size(), '\0');
  const off_t size = file.is_open() ? ::lseek(file.get(), 0, SEEK_END) : 0;
  const auto from = std::max<off_t>(0, size - static_cast<off_t>(kEnd.size()));
  return ::pread(file.get(), text.data(), text.size(), from) != static_cast<ssize_t>(kEnd.size()) || text != kEnd;
}

// Somebody relies on the very bytes of such a file; empty for any other.
std::string relied_on(const std::string& path, const std::string& beginning) {
  if (is_there(path + ".sig")) return "is signed (" + path + ".sig)";
  if (beginning.starts_with("-----BEGIN SSH SIGNATURE-----") || beginning.starts_with("-----BEGIN PGP SIGNATURE-----"))
    return "is a signature";
  // Of an export, the header alone: what is in rows means nothing.
  const std::string_view header = std::string_view(beginning).substr(0, beginning.find("\"data\":"));
  const bool has_plan = report::is_report(beginning) && beginning.find("\"plan\": {") != std::string::npos;
  if (has_plan && !is_cut_plan(path, beginning)) return "is a plan";
  if (header.find("\"name\": \"db-transfer\"") != std::string_view::npos &&
      header.find("\"undo\":") != std::string_view::npos)
    return "is what an import can be undone with";
  return {};
}

}  // namespace

OutputFiles::OutputFiles(std::vector<KeptFile> kept, base::Overwrite overwrite)
    : kept_(std::move(kept)), overwrite_(overwrite) {}

void OutputFiles::add(const std::string& path, const std::string& what, Existing existing) {
  const Output output{path, what, existing};
  demand_no_kept_file(output);
  for (const Output& other : outputs_) {
    if (meet(places_of(path), places_of(other.path)))
      throw Error(ErrorKind::kUsage,
                  what + " and " + other.what + " would be one file: " + base::printable(path) +
                      (path == other.path ? "" : " is " + base::printable(other.path)),
                  "name another file for one of them");
  }
  const base::AtomicFile trial(path, guard(output));  // nothing is left of it
  outputs_.push_back(output);
}

base::MayReplace OutputFiles::guard(const std::string& path) const {
  const auto output = std::find_if(outputs_.begin(), outputs_.end(), [&](const Output& o) { return o.path == path; });
  if (output == outputs_.end()) throw Error(ErrorKind::kInternal, "nobody knows of the output " + path);
  return guard(*output);
}

base::MayReplace OutputFiles::guard(const Output& output) const {
  return [this, output](const std::string&) {
    demand_no_kept_file(output);
    demand_replaceable(output);
  };
}

bool OutputFiles::is_taken(const std::string& path) const {
  return is_there(path) ||
         std::any_of(outputs_.begin(), outputs_.end(),
                     [&](const Output& other) { return meet(places_of(path), places_of(other.path)); }) ||
         std::any_of(kept_.begin(), kept_.end(), [&](const KeptFile& kept) {
           return !kept.path.empty() && meet(places_of(path), places_of(kept.path));
         });
}

void OutputFiles::demand_no_kept_file(const Output& output) const {
  const std::vector<Place> places = places_of(output.path);
  for (const KeptFile& kept : kept_) {
    if (!meet(places, kept.path.empty() ? places_of(kept.descriptor) : places_of(kept.path))) continue;
    throw Error(ErrorKind::kUsage, output.what + " would replace " + kept.what + ": " + base::printable(output.path),
                "name another file for " + output.what + "; this one is never replaced, not even with --force");
  }
}

void OutputFiles::demand_replaceable(const Output& output) const {
  const std::string beginning = beginning_of(output.path);
  const std::string reason = relied_on(output.path, beginning);
  if (!reason.empty())
    throw Error(ErrorKind::kUsage, base::printable(output.path + " " + reason) + ", and is never replaced",
                "name another file for " + output.what + ", or move this one away");
  if (output.existing != Existing::kStays && overwrite_ == base::Overwrite::kReplace) return;
  if (output.existing == Existing::kReport && report::is_report(beginning)) return;
  if (output.existing == Existing::kKey && is_key_text(beginning)) return;
  throw Error(ErrorKind::kUsage,
              base::printable(output.path) + " exists already" +
                  (output.existing == Existing::kReport ? ", and is no report of db-import" : ""),
              "name another file for " + output.what + ", move this one away" +
                  (output.existing == Existing::kStays ? "" : ", or replace it with --force"));
}

std::vector<KeptFile> with_input(std::vector<KeptFile> kept, const std::string& input, const std::string& what) {
  kept.push_back(input == "-" ? KeptFile{{}, what, STDIN_FILENO} : KeptFile{input, what});
  return kept;
}

std::vector<KeptFile> files_of_sqlite(const std::string& path) {
  std::vector<std::string> names{path};
  // SQLite keeps its other files beside the file that a link leads to.
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (real && real.get() != path) names.emplace_back(real.get());
  std::vector<KeptFile> files;
  for (const std::string& name : names) {
    files.push_back({name, "the database"});
    for (const char* ending : {"-wal", "-shm", "-journal"})
      files.push_back({name + ending, std::string("the database's ") + ending + " file"});
  }
  return files;
}

}  // namespace transfer
