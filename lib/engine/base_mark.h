// What is written beside each row of the base where records of a rejects file say which rows are judged otherwise
// (BaseTable::mark): the file's own, which hold what the target had when they were left out, or those of the rows that
// are no part of the base.
#pragma once

namespace engine {

inline constexpr char kOfBase = 'b';       // of the base's own file
inline constexpr char kCarried = 'c';      // by a record: it is judged by this one, whatever the base says
inline constexpr char kCarriesNone = 'n';  // the same: there was no such row; of a table without a key, one row less
inline constexpr char kNotJudged = 'p';    // a record that carries nothing, without a base: it goes as in any import
inline constexpr char kSaysNothing = '-';  // the same where the base may say something; and a row without a key

}  // namespace engine
