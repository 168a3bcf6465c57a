#include "transfer/identity.h"

#include <algorithm>

#include "transfer/selection.h"

namespace transfer {

outcome::FileIdentity identity_of_file(const std::string& input, const format::Verified& file) {
  const format::Header& header = file.header;
  outcome::FileIdentity identity;
  identity.path = input;
  identity.bytes = file.bytes;
  identity.sha256 = file.sha256;
  identity.sealed = file.sealed;
  identity.generator = header.generator;
  identity.exported_at = header.exported_at;
  identity.source = {header.engine, header.server_version, header.database};
  identity.last_migration = header.last_migration;
  return identity;
}

std::vector<outcome::ImportedTable> tables_of_outcome(const format::Header& header, const Plan& plan,
                                                      const Selection& selection) {
  std::vector<outcome::ImportedTable> tables;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    outcome::ImportedTable table;
    table.name = format::section_name(header.tables[i].name, header.schemas);
    table.taken = plan.table_of_section[i].has_value();
    table.audit = header.tables[i].audit || is_audit(header.tables[i].name, selection);
    for (const catalog::ForeignKey& key : header.tables[i].foreign_keys) {
      const std::string parent = format::section_name(key.parent, header.schemas);
      if (parent != table.name && std::find(table.parents.begin(), table.parents.end(), parent) == table.parents.end())
        table.parents.push_back(parent);
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace transfer
