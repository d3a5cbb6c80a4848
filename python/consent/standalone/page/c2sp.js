// C2SP: verifier keys, signed-note, tlog-checkpoint, tlog-proof; and the tree of RFC 6962.

const MAX_NOTE = 128 * 1024;
const MAX_SIGNATURES = 100;

// What may be the name of a key or an origin.
function isName(name) {
  return name !== "" && !/[+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(name);
}

function parseKey(text) {
  const [name, id] = text.split("+", 2);
  const rest = text.slice(`${name}+${id}+`.length);
  if (text.split("+").length < 3 || !isName(name)) throw new ProofError("a verifier key is name+id+key");
  const typed = unbase64(rest);
  if (typed.length !== 33 || typed[0] !== 1) throw new ProofError("the key is not Ed25519");
  const whole = sha256(concat(utf8(`${name}\n`), typed)).subarray(0, 4);
  if (hex(whole) !== id) throw new ProofError("the key id is not that of the name and key");
  if (!publicPoint(typed.subarray(1))) throw new ProofError("the key is no point in its one encoding, or of small order");
  return { text, name, id, key: typed.subarray(1) };
}

// The signed text and those of `keys` that signed it. A known key's wrong signature refuses.
function openNote(data, keys) {
  if (data.length > MAX_NOTE) throw new ProofError("the note is larger than 128 KiB");
  const note = fromUtf8(data);
  if (note === null) throw new ProofError("the note is not UTF-8");
  if (/[\x00-\x09\x0b-\x1f]/.test(note)) throw new ProofError("the note holds a control character");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || note.length === split + 2) {
    throw new ProofError("the note has no signatures after an empty line");
  }
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw new ProofError("the note has more than 100 signatures");
  const signers = [];
  for (const line of lines) {
    const parts = line.split(" ");
    if (parts.length !== 3 || parts[0] !== "\u2014" || !isName(parts[1])) {
      throw new ProofError("a signature line is not '\u2014 name base64'");
    }
    const blob = unbase64(parts[2]);
    if (blob.length < 5) throw new ProofError("a signature is too short");
    for (const key of keys) {
      if (key.name !== parts[1] || key.id !== hex(blob.subarray(0, 4))) continue;
      if (!signedBy(key.key, utf8(text), blob.subarray(4))) throw new ProofError("the signature of a known key is wrong");
      if (!signers.some((each) => each.text === key.text)) signers.push(key);
    }
  }
  return { text, signers };
}

// ASCII decimal below 2^63 without leading zeros, as a BigInt.
function decimal(text) {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) >= 1n << 63n) throw new ProofError("not a decimal below 2^63");
  return BigInt(text);
}

function hash32(text) {
  const data = unbase64(text);
  if (data.length !== 32) throw new ProofError("a hash is not 32 bytes");
  return data;
}

function parseCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("") || !isName(lines[0])) {
    throw new ProofError("not a checkpoint: origin, size, root, a line each");
  }
  const size = decimal(lines[1]);
  const root = hash32(lines[2]);
  if (size === 0n && !same(root, sha256(new Uint8Array()))) {
    throw new ProofError("the root of no entries is SHA-256 of nothing");
  }
  return { origin: lines[0], size, root };
}

// A tlog-proof; its `extra` line is not signed.
function parseProof(data) {
  if (data.length > MAX_NOTE) throw new ProofError("the proof is larger than 128 KiB");
  const gap = find(data, [10, 10]);
  const head = ascii(gap < 0 ? data : data.subarray(0, gap));
  if (head === null) throw new ProofError("the proof is not ASCII");
  const lines = head.split("\n");
  if (gap < 0 || data.length === gap + 2 || lines.shift() !== "c2sp.org/tlog-proof@v1") {
    throw new ProofError("not a tlog-proof v1");
  }
  let extra = null;
  if (lines.length && lines[0].startsWith("extra ")) extra = unbase64(lines.shift().slice(6));
  if (!lines.length || !lines[0].startsWith("index ") || lines.length > 64) {
    throw new ProofError("the proof has no index, or more than 63 hashes");
  }
  return { place: decimal(lines[0].slice(6)), path: lines.slice(1).map(hash32), checkpoint: data.subarray(gap + 2), extra };
}

function leafHash(entry) {
  return sha256(concat(Uint8Array.of(0), entry));
}

function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

// RFC 9162, 2.1.3.2.
function checkInclusion(leaf, index, size, path, root) {
  let fn = BigInt(index);
  if (fn < 0n || fn >= size) throw new ProofError("the index is not inside the tree");
  let sn = size - 1n;
  let r = leaf;
  for (const p of path) {
    if (sn === 0n) throw new ProofError("the proof is too long");
    if (fn & 1n || fn === sn) {
      r = nodeHash(p, r);
      while (fn && !(fn & 1n)) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      r = nodeHash(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn) throw new ProofError("the proof is too short");
  if (!same(r, root)) throw new ProofError("the proof leads to another root");
}

// The root of a growing list of leaves: one hash for each set bit of its size.
class Tree {
  constructor() {
    this.size = 0;
    this.peaks = [];
  }

  add(leaf) {
    let hash = leaf;
    for (let bit = this.size; bit & 1; bit >>>= 1) hash = nodeHash(this.peaks.pop(), hash);
    this.peaks.push(hash);
    this.size += 1;
  }

  root() {
    if (!this.size) return sha256(new Uint8Array());
    return this.peaks.reduceRight((right, left) => nodeHash(left, right));
  }
}
