// What is written beside each row of the base where records of the file carry the base's values of their own rows
// (BaseTable::mark): those of a rejects file, which hold what the target had when they were left out.
#pragma once

namespace engine {

inline constexpr char kOfBase = 'b';       // of the base's own file
inline constexpr char kCarried = 'c';      // by a record: it is judged by this one, whatever the base says
inline constexpr char kCarriesNone = 'n';  // the same: the target had no such row
inline constexpr char kNotJudged = 'p';    // a record that carries nothing, without a base: it goes as in any import
inline constexpr char kSaysNothing = '-';  // the same where the base may say something; and a row without a key

}  // namespace engine
