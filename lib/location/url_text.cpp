// A URL made of its parts, the way back from parse_database_url; declared in url.h.
#include <algorithm>
#include <array>

#include "location/url.h"

namespace location {
namespace {

// RFC 3986: what needs no escape in any part of a URL.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string url;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    url += is_unreserved(c) ? std::string(1, c)
                            : std::string{'%', kDigits[byte >> 4], kDigits[byte & 15]};  // NOLINT(*-magic-numbers)
  }
  return url;
}

// An IPv6 address; the zone after its % has to be escaped.
std::string address(const std::string& host) {
  std::string text;
  for (const char c : host) text += c == ':' ? ":" : encoded(std::string_view(&c, 1));
  return text;
}

std::string part(std::string_view list, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t comma = list.find(',');
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
  return std::string(list.substr(0, list.find(',')));
}

// "db:5432", "a:1,[::1]:2"; a folder of sockets comes after the question mark.
std::string hosts_of(const std::string& hosts, const std::string& ports) {
  std::string url;
  const auto count = static_cast<std::size_t>(std::ranges::count(hosts, ',')) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string host = part(hosts, i);
    // One port is that of all hosts.
    const std::string port = part(ports, ports.find(',') == std::string::npos ? 0 : i);
    url += i == 0 ? "" : ",";
    url += host.find(':') == std::string::npos ? encoded(host) : "[" + address(host) + "]";
    if (!port.empty()) url += ":" + port;
  }
  return url;
}

}  // namespace

std::string url_without_password(const std::vector<std::pair<std::string, std::string>>& parameters,
                                 const std::string& schema) {
  const auto value = [&](std::string_view keyword) {
    const auto found = std::ranges::find(parameters, keyword, &std::pair<std::string, std::string>::first);
    return found == parameters.end() ? std::string() : found->second;
  };
  const std::string host = value("host");
  const bool in_a_folder = host.find('/') != std::string::npos || host.starts_with("@");
  std::string url = "postgresql://";
  if (!value("user").empty()) url += encoded(value("user")) + "@";
  url += in_a_folder ? "" : hosts_of(host, value("port"));
  if (!value("dbname").empty()) url += "/" + encoded(value("dbname"));
  char before = '?';
  const auto add = [&](const std::string& keyword, const std::string& text) {
    url += before + keyword + "=" + encoded(text);
    before = '&';
  };
  constexpr std::array<std::string_view, 8> kElsewhere = {"user",     "host",        "port",     "dbname",
                                                          "password", "sslpassword", "passfile", "client_encoding"};
  if (in_a_folder) {
    if (value("dbname").empty()) url += "/";
    add("host", host);
    if (!value("port").empty()) add("port", value("port"));
  }
  for (const auto& [keyword, text] : parameters) {
    if (!text.empty() && std::ranges::find(kElsewhere, keyword) == kElsewhere.end()) add(keyword, text);
  }
  if (!schema.empty()) add("schema", schema);
  return url;
}

}  // namespace location
