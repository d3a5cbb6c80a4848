#include "bundle/names.hpp"
#include "catch.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"

using consent::BundleFile;

TEST_CASE("the manifest is what sha256sum writes, sorted, without itself and the signature",
          "[bundle]") {
  const std::vector<BundleFile> files{
      {"b/c.txt", "abc"}, {"manifest-sha256.txt", "old"}, {"signature", "old"}, {"a", ""}};
  const BundleFile manifest = consent::manifest_of(files);
  CHECK(manifest.name == "manifest-sha256.txt");
  CHECK(manifest.bytes ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b/c.txt\n");
}

TEST_CASE("a manifest names no file outside", "[bundle]") {
  const std::vector<BundleFile> files{{"../x", ""}};
  CHECK_THROWS_AS(consent::manifest_of(files), consent::Error);
}

TEST_CASE("seq is padded to six digits and grows beyond them", "[bundle]") {
  CHECK(consent::bundle::entry_file(41) == "entries/000041.json");
  CHECK(consent::bundle::proof_file(123456789) == "proofs/123456789.tlog-proof");
}
