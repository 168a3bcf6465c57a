// What is written beside each record of an undo file: what taking the import back does to its row, and what the import
// left there. "u" and "d": a row that was updated, or inserted; after the letter what tells the row as the import left
// it from the same row after a change, and what of it was changed: a digest of each column's value, with blanks between
// them, in SQLite one of the row before those (kDigestCharacters). How they are made is each engine's matter: only the
// database that made them compares them. "i": a row that was deleted. Of a table without a key there are "d" and "i"
// alone, each with a number after the letter: how many rows were equal to this one, itself among them and each of the
// import counted once: what came with it is there where at least so many are, and what went with it is missing where
// fewer are.
#pragma once

#include <cstddef>

namespace engine {

inline constexpr char kMarkUpdated = 'u';
inline constexpr char kMarkInserted = 'd';  // it is to be deleted
inline constexpr char kMarkDeleted = 'i';   // it is to be inserted
inline constexpr std::size_t kDigestCharacters = 32;

}  // namespace engine
