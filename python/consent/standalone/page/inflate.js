// Inflate (RFC 1951) for browsers without DecompressionStream("deflate-raw").

function codeTable(lengths) {
  const counts = new Array(16).fill(0);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  const offsets = [0, 0];
  for (let i = 1; i < 16; i += 1) offsets[i + 1] = offsets[i] + counts[i];
  const symbols = [];
  lengths.forEach((length, symbol) => {
    if (length) {
      symbols[offsets[length]] = symbol;
      offsets[length] += 1;
    }
  });
  return { counts, symbols };
}

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

// Throws where the data is no deflate stream of at most `size` bytes.
function inflateHere(data, size) {
  const out = new Uint8Array(size);
  let [length, at, hold, held] = [0, 0, 0, 0];
  const bad = () => {
    throw new Error("not deflated");
  };
  const bits = (count) => {
    while (held < count) {
      if (at >= data.length) bad();
      hold |= data[at] << held;
      at += 1;
      held += 8;
    }
    const value = hold & ((1 << count) - 1);
    hold >>>= count;
    held -= count;
    return value;
  };
  const symbol = (table) => {
    let [code, first, index] = [0, 0, 0];
    for (let i = 1; i < 16; i += 1) {
      code |= bits(1);
      const count = table.counts[i];
      if (code - count < first) return table.symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return bad();
  };
  const put = (byte) => {
    if (length >= size) bad();
    out[length] = byte;
    length += 1;
  };
  const fixed = [
    codeTable(Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8))),
    codeTable(new Array(30).fill(5)),
  ];

  function dynamic() {
    const [literals, distances, codes] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const first = new Array(19).fill(0);
    for (let i = 0; i < codes; i += 1) first[CODE_ORDER[i]] = bits(3);
    const table = codeTable(first);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const next = symbol(table);
      if (next < 16) {
        lengths.push(next);
      } else {
        const again = next === 16 ? bits(2) + 3 : next === 17 ? bits(3) + 3 : bits(7) + 11;
        if (next === 16 && !lengths.length) bad();
        const value = next === 16 ? lengths[lengths.length - 1] : 0;
        for (let i = 0; i < again; i += 1) lengths.push(value);
      }
    }
    if (lengths.length > literals + distances) bad();
    return [codeTable(lengths.slice(0, literals)), codeTable(lengths.slice(literals))];
  }

  for (let last = 0; !last; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 3) bad();
    if (kind === 0) {
      hold = 0;
      held = 0;
      const count = data[at] | (data[at + 1] << 8);
      if (at + 4 > data.length || (count ^ 0xffff) !== (data[at + 2] | (data[at + 3] << 8))) bad();
      at += 4;
      if (at + count > data.length) bad();
      for (let i = 0; i < count; i += 1) put(data[at + i]);
      at += count;
      continue;
    }
    const [literals, distances] = kind === 1 ? fixed : dynamic();
    for (;;) {
      const next = symbol(literals);
      if (next === undefined || next > 285) bad();
      if (next === 256) break;
      if (next < 256) {
        put(next);
        continue;
      }
      const count = LENGTH_BASE[next - 257] + bits(LENGTH_BITS[next - 257]);
      const far = symbol(distances);
      if (far === undefined || far > 29) bad();
      const more = far < 4 ? 0 : (far >> 1) - 1;
      const distance = (far < 4 ? far + 1 : ((2 + (far & 1)) << more) + 1) + bits(more);
      if (distance > length) bad();
      for (let i = 0; i < count; i += 1) put(out[length - distance]);
    }
  }
  if (at !== data.length) bad();
  return out.subarray(0, length);
}
