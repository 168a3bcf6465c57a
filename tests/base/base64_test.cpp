#include "base/base64.h"

#include <gtest/gtest.h>

namespace base {
namespace {

std::string encoded(std::string_view bytes) {
  ByteBuffer out;
  append_base64(out, bytes);
  return std::string(out.view());
}

// RFC 4648, section 10.
TEST(Base64, WritesTheVectorsOfItsStandard) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Base64, BringsBytesBackWhateverTheirNumber) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) bytes += static_cast<char>(i * 7);
  std::string large((std::size_t{3} << 20) * 2 + 5, '\xfe');
  for (std::string_view part : {std::string_view(bytes), std::string_view(bytes).substr(1), std::string_view(large)}) {
    std::string back;
    ASSERT_TRUE(decode_base64(encoded(part), back));
    EXPECT_EQ(back, part);
  }
}

TEST(Base64, RefusesWhatItNeverWrites) {
  std::string bytes;
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", " Zm9v", "Zm9v\n", "Zm=v", "=m9v", "Zm9-", "===="})
    EXPECT_FALSE(decode_base64(text, bytes)) << text;
}

}  // namespace
}  // namespace base
