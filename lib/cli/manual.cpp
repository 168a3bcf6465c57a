#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/page.h"
#include "transfer/options.h"

namespace cli {
namespace {

bool ends_a_sentence(const std::string& text, std::size_t blank) {
  if (text[blank] != ' ' || blank == 0 || blank + 1 >= text.size()) return false;
  const bool stop = text[blank - 1] == '.' || (text[blank - 1] == ')' && blank > 1 && text[blank - 2] == '.');
  return stop && std::isupper(static_cast<unsigned char>(text[blank + 1])) != 0;
}

// Text of a line that is no macro; a sentence a line, as mdoc has it.
std::string plain(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (ends_a_sentence(text, i)) {
      out += '\n';
      continue;
    }
    if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

// One argument of a macro, taken as it is.
std::string word(const std::string& text) {
  std::string out = "\"";
  for (const char c : plain(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  // Punctuation and the names of macros mean something where they are alone.
  return out.insert(1, "\\&") + "\"";
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string title(const std::string& text) { return ".Sh " + upper(text) + "\n"; }

std::string item(const PageOption& option) {
  if (option.is_argument) return ".It Ar " + word(option.long_name) + "\n" + plain(option.description) + "\n";
  std::string text = ".It";
  if (!option.short_name.empty()) text += " Fl " + option.short_name + " ,";
  text += " Fl \\-" + plain(option.long_name);
  if (!option.value_name.empty()) text += " Ar " + word(option.value_name);
  return text + "\n" + plain(option.description) + "\n";
}

std::string options(const std::vector<PageOption>& all) {
  std::string text = title("options");
  std::string group;
  for (const PageOption& option : all) {
    if (option.group != group) {
      if (!group.empty()) text += ".El\n";
      text += ".Ss " + plain(option.group) + "\n.Bl -tag -width Ds\n";
      group = option.group;
    }
    text += item(option);
  }
  return text + ".El\n";
}

}  // namespace

std::string manual_text(const Description& description) {
  const Page& page = description.page;
  std::string text = fmt::format(
      ".\\\" Made by {0} --generate man from what --help says.\n.Dd {1}\n.Dt {2} 1\n.Os db-transfer {3}\n.Sh NAME\n.Nm "
      "{0}\n.Nd {4}\n.Sh SYNOPSIS\n.Nm {0}\n",
      page.program, transfer::kVersionDate, upper(page.program), transfer::kVersion, plain(page.summary));
  const std::string arguments = page.usage.substr(std::min(page.program.size() + 1, page.usage.size()));
  if (!arguments.empty()) text += ".Ar " + word(arguments) + "\n";
  text += title("description") + plain(page.purpose) + "\n";
  for (const std::string& note : page.notes) text += ".Pp\n" + plain(note) + "\n";
  text += options(description.options);
  text +=
      title("environment") +
      ".Bl -tag -width Ds\n.It Ev DATABASE_URL\nThe database, where no option names one.\n.It Ev PGHOST , PGPORT , "
      "PGDATABASE , PGUSER , PGPASSWORD , PGSERVICE , PGSSLMODE\nThe variables of\n.Xr psql 1 ,\nalso from\n.Pa "
      ".env .\n.It Ev NO_COLOR\nNo colors, if set.\n.It Ev TMPDIR\nWhere files are kept while a pipe is read.\n.El\n" +
      title("files") +
      ".Bl -tag -width Ds\n.It Pa .env\nHolds DATABASE_URL of the working folder; values may hold ${NAME} and "
      "${NAME:\\-default}.\n.It Pa db\\-transfer.json , transfer.json\nThe transfer file of the working folder; "
      "see\n.Xr "
      "db\\-transfer.json 5 .\n.El\n";
  text += title("exit status") + ".Bl -tag -width 130\n";
  for (const ExitStatus& status : page.statuses)
    text += fmt::format(".It {}\n{}\n", status.number, plain(status.meaning));
  text += ".El\n";
  if (!page.closing.empty()) text += ".Pp\n" + plain(page.closing) + "\n";
  text += title("examples");
  for (const Example& example : page.examples) {
    std::string meaning = example.meaning;
    if (!meaning.empty()) meaning[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(meaning[0])));
    text += (&example == page.examples.data() ? "" : ".Pp\n") + plain(meaning) + ":\n.Bd -literal -offset indent\n" +
            plain(example.command) + "\n.Ed\n";
  }
  text += title("see also");
  std::string separator;
  for (const char* other : {"db-diff", "db-export", "db-import", "db-migrate"}) {
    if (page.program == other) continue;
    text += separator + ".Xr " + plain(other) + " 1";
    separator = " ,\n";
  }
  return text + " ,\n.Xr db\\-transfer.json 5 ,\n.Xr db\\-transfer\\-file 5\n";
}

}  // namespace cli
