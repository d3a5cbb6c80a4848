#include "event/encode.hpp"

#include <algorithm>

#include "consent/digest.hpp"
#include "consent/error.hpp"
#include "event/table.hpp"

namespace consent {

namespace {

using canonical::Writer;
using fields::Place;
using fields::Writing;

}  // namespace

void encode_entry(const Envelope& envelope, std::string_view body, std::string& out) {
  const std::size_t before = out.size();
  Writer w(out);
  w.begin_object();
  w.key("at").plain(to_text(envelope.at));
  w.key("body").raw(body);
  w.key("log").text(envelope.log);
  w.key("prev").hex(envelope.prev.view());
  w.key("salt").hex(envelope.salt);
  w.key("seq").number(static_cast<std::int64_t>(envelope.seq));
  if (envelope.subject) {
    w.key("subject").begin_object();
    w.key("prev").number(envelope.subject->prev);
    w.key("seq").number(static_cast<std::int64_t>(envelope.subject->seq));
    w.key("tag").hex(envelope.subject->tag.view());
    w.end_object();
  }
  w.key("type").plain(to_word(envelope.type));
  w.key("v").number(1);
  w.end_object();
  if (out.size() - before > canonical::max_bytes) {
    throw Error(ErrorCode::invalid_argument, "entry: longer than 16 KiB");
  }
}

std::size_t encode_body(const Event& event, std::string_view own_distributor, const Digest& details,
                        std::span<const Digest> files, std::string& out) {
  const std::size_t before = out.size();
  Writer w(out);
  Writing writing{w, own_distributor, &details, &files, std::string::npos, &out};
  w.begin_object();
  std::visit([&](const auto& e) { fields::write_members(writing, e, Place::body); }, event);
  w.end_object();
  return writing.details_at - before;
}

namespace {

template <typename E>
void encode(const E& event, Place place, std::string& out) {
  Writer w(out);
  Writing writing{w};
  w.begin_object();
  fields::write_members(writing, event, place);
  w.end_object();
}

}  // namespace

void encode_body(const LogEvent& event, std::string& out) {
  std::visit([&](const auto& e) { encode(e, Place::body, out); }, event);
}

void encode_body(const LogCreated& event, std::string& out) { encode(event, Place::body, out); }

std::string encode_details(const Event& event) {
  std::string out;
  std::visit([&](const auto& e) { encode(e, Place::sealed, out); }, event);
  if (out.size() > canonical::max_bytes) {
    throw Error(ErrorCode::invalid_argument, "event: what is sealed is longer than 16 KiB");
  }
  return out;
}

std::string encode_details(const LogCreated& event) {
  std::string out;
  encode(event, Place::sealed, out);
  return out;
}

std::vector<std::string_view> in_writing(std::span<const std::string> list) {
  std::vector<std::string_view> items(list.begin(), list.end());
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

Digest fingerprint(EventType type, std::string_view body, std::size_t details_at) {
  constexpr std::size_t digits = 2 * sizeof(Digest);
  return Sha256()
      .add(to_word(type))
      .add("|")
      .add(body.substr(0, details_at))
      .add(body.substr(details_at + digits))
      .finish();
}

Digest fingerprint(const Event& read_back) {
  thread_local std::string body;
  body.clear();
  Writer w(body);
  Writing writing{w, {}, nullptr, nullptr, std::string::npos, &body};
  w.begin_object();
  std::visit([&](const auto& e) { fields::write_members(writing, e, Place::body); }, read_back);
  w.end_object();
  return fingerprint(type_of(read_back), body, writing.details_at);
}

void fields::Files::put(Writing& out, std::string_view key,
                        const std::vector<EvidenceFile>& files) {
  if (files.empty() || (out.files != nullptr && out.files->empty())) return;
  out.w.key(key).begin_array();
  for (std::size_t i = 0; i < files.size(); ++i) {
    out.w.begin_object();
    const NamedFile named{out.files == nullptr ? files[i].commitment : (*out.files)[i],
                          files[i].kind};
    write_members(out, named, Place::body);
    out.w.end_object();
  }
  out.w.end_array();
}

void fields::FileNames::put(Writing& out, std::string_view key,
                            const std::vector<EvidenceFile>& files) {
  if (lacks(files)) return;
  out.w.key(key).begin_array();
  for (const EvidenceFile& file : files) {
    out.w.begin_object();
    write_members(out, FileName{file.name, file.type}, Place::body);
    out.w.end_object();
  }
  out.w.end_array();
}

}  // namespace consent
