// interval: a JSON string, PostgreSQL's own text under IntervalStyle postgres ("1 year 2 mons -3 days +04:05:06.7").
// Months, days and microseconds come back exactly as they were. The extremes stand for infinity (PostgreSQL 17).
// Fields that the column would cut off (interval day to hour, interval(3)) are refused. Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kIntervalFunctions;

}  // namespace postgres
