// Operator, regions and zones of a number out of a mapped register, beside the two structures that
// a user would fill from the same rows: std::map and a sorted vector. Theirs stop at the row. CPU
// time of one pinned thread.
#include "consent/numbering.hpp"

#include <map>

#include "bench.hpp"

namespace {

struct Row {
  std::uint64_t last;
  std::uint32_t holder;
};
struct Begun {
  std::uint64_t first;
  Row row;
};

}  // namespace

int main() {
  using namespace bench;
  const Options options;
  pin(0);
  const fs::path file = options.folder / "numbering.db";
  fs::create_directories(options.folder);

  // As the register is: 83 codes, some 70,000 ranges side by side, a hundred operators.
  constexpr std::uint32_t kCodes = 83;
  constexpr std::uint32_t kRanges = 70'000;
  constexpr const char* kRegions[] = {"Москва и Московская область", "Омская область",
                                      "Республика Саха (Якутия)", "Свердловская область"};
  consent::NumberingImport import;
  std::map<std::uint64_t, Row> tree;
  std::vector<Begun> sorted;
  std::mt19937_64 random(7);
  std::uint32_t at = 0;
  for (std::uint32_t code = 0; code < kCodes; ++code) {
    const std::uint32_t count = kRanges / kCodes + (code < kRanges % kCodes ? 1 : 0);
    const std::uint32_t width = 10'000'000 / count;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t first = i * width;
      const std::uint32_t last = first + width - 1 - static_cast<std::uint32_t>(random() % 50);
      const auto holder = static_cast<std::uint32_t>(random() % 100);
      const std::string code_text = std::to_string(900 + code);
      const std::string first_text = std::to_string(first);
      const std::string last_text = std::to_string(last);
      const std::string name = "ООО \"Оператор " + std::to_string(holder) + "\"";
      import.add({.row = ++at,
                  .code = code_text,
                  .first = first_text,
                  .last = last_text,
                  .operator_name = name,
                  .region = kRegions[random() % 4]});
      const std::uint64_t base = 70'000'000'000 + (900 + code) * 10'000'000ULL;
      tree[base + first] = {base + last, holder};
      sorted.push_back({base + first, {base + last, holder}});
    }
  }
  import.write(file, now(), {});

  Series opening;
  for (int round = 0; round < options.rounds; ++round) {
    opening.push_back(1e6 * timed([&] { static_cast<void>(consent::Numbering::open(file)); }));
  }
  const auto numbering = consent::Numbering::open(file);
  must(numbering.ranges() == kRanges, "the register has another number of ranges");
  std::vector<consent::PhoneNumber> asked;
  for (std::size_t i = 0; i < (options.quick ? 100'000U : 1'000'000U); ++i) {
    asked.push_back(
        *consent::PhoneNumber::from_digits(79'000'000'000 + random() % (kCodes * 10'000'000ULL)));
  }

  Series ours, by_tree, by_vector;
  std::uint64_t sink = 0;
  const double each = 1e9 / static_cast<double>(asked.size());
  for (int round = 0; round < options.rounds; ++round) {
    ours.push_back(each * cpu_timed([&] {
                     for (const auto& number : asked) {
                       const auto facts = numbering.lookup(number);
                       sink += facts.zones.bits() + facts.operator_name.size();
                     }
                   }));
    by_tree.push_back(each * cpu_timed([&] {
                        for (const auto& number : asked) {
                          const auto next = tree.upper_bound(number.digits());
                          if (next == tree.begin()) continue;
                          const Row& row = std::prev(next)->second;
                          sink += number.digits() <= row.last ? row.holder : 0;
                        }
                      }));
    by_vector.push_back(each * cpu_timed([&] {
                          for (const auto& number : asked) {
                            const auto next = std::upper_bound(
                                sorted.begin(), sorted.end(), number.digits(),
                                [](std::uint64_t n, const Begun& b) { return n < b.first; });
                            if (next == sorted.begin()) continue;
                            const Row& row = std::prev(next)->row;
                            sink += number.digits() <= row.last ? row.holder : 0;
                          }
                        }));
  }
  must(sink != 0, "nothing was found");
  row("number: operator, regions, zones; 70 000 ranges, ns", ours, "std::map, row only", by_tree,
      "<= 100 ns");
  row("the same", ours, "sorted vector, row only", by_vector);
  line("opening the register, µs", spread(opening), "", "", "", "");
}
