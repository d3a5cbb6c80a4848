#include "consent/error.hpp"
#include "event/decode.hpp"
#include "event/encode.hpp"
#include "fuzz/driver.hpp"
#include "standing/standing.hpp"
#include "vector_files.hpp"

using consent_testing::promise;

std::vector<std::string> consent_testing::fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const auto& vector : vectors("entry")) seeds.push_back(vector.bytes("bytes"));
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace consent;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  DecodedEntry read;
  try {
    read = decode_entry(bytes);
  } catch (const Error&) {
    return 0;
  }
  const Entry& entry = read.entry;
  promise(entry.bytes == bytes && entry.leaf == merkle::leaf_hash(bytes),
          "the bytes given are the bytes hashed");
  promise(entry.subject.has_value() == is_about_subject(entry.type), "subjects where they belong");
  const canonical::Value salt = *canonical::decode(bytes).find("salt");
  Envelope envelope;
  envelope.at = entry.recorded;
  envelope.log = entry.log;
  envelope.prev = entry.prev;
  const std::string raw = consent_testing::from_hex(*salt.string());
  envelope.salt = raw;
  envelope.seq = entry.seq;
  envelope.subject = entry.subject;
  envelope.type = entry.type;
  std::string again;
  encode_entry(envelope, canonical::encode(read.body), again);
  promise(again == bytes, "encode(decode(bytes)) is bytes");

  AnyEvent said;
  try {
    said = decode_event(read);
  } catch (const Error&) {
    return 0;
  }
  const auto* const event = std::get_if<Event>(&said);
  if (event == nullptr) return 0;
  std::vector<Digest> files;  // an entry holds commitments to files, and the writer asks for them
  for (const EvidenceFile& file : base_of(*event).files) files.push_back(file.commitment);
  std::string body, once_more;
  (void)encode_body(*event, {}, base_of(*event).details, files, body);
  const AnyEvent reread = decode_body(entry.type, canonical::decode(body));
  (void)encode_body(std::get<Event>(reread), {}, base_of(*event).details, files, once_more);
  promise(body == once_more, "what the table knows is read as it was written");
  Terms terms;
  SubjectStanding standing;
  append_clauses(entry, *event, {}, terms, standing);
  promise(unpack_clauses(pack_clauses(standing.clauses)) == standing.clauses, "clauses survive");
  return 0;
}
