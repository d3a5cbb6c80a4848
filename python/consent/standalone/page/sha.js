// SHA-256 and SHA-512 (FIPS 180-4). The browser hashes large content where it can; notes, entries and tree nodes are hashed
// here, because a promise for each of a million of them costs more than the hash.

// The first bits of the fractional parts of the roots of the first primes, as FIPS 180-4 defines its constants.
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n += 1) if (found.every((p) => n % p)) found.push(n);
  return found.map(BigInt);
}

function rootFraction(prime, degree, bits) {
  // floor(prime^(1/degree) * 2^bits), by bisection, without its whole part
  const target = prime << (BigInt(bits) * degree);
  let low = 0n;
  let high = prime << BigInt(bits);
  while (low + 1n < high) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= target) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(bits, low);
}

const K512 = primes(80).map((p) => rootFraction(p, 3n, 64));
const H512 = primes(8).map((p) => rootFraction(p, 2n, 64));
const K256 = Int32Array.from(K512.slice(0, 64), (k) => Number(k >> 32n));
const H256 = Int32Array.from(H512, (h) => Number(h >> 32n));

function padded(data, block, lengthBytes) {
  const size = Math.ceil((data.length + 1 + lengthBytes) / block) * block;
  const whole = new Uint8Array(size);
  whole.set(data);
  whole[data.length] = 0x80;
  new DataView(whole.buffer).setBigUint64(size - 8, BigInt(data.length) * 8n);
  return whole;
}

const schedule = new Int32Array(64);

function sha256(data) {
  const whole = padded(data, 64, 8);
  const view = new DataView(whole.buffer);
  const h = Int32Array.from(H256);
  const w = schedule;
  for (let start = 0; start < whole.length; start += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(start + 4 * i);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, last] = h;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (last + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      last = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
    h[5] += f;
    h[6] += g;
    h[7] += last;
  }
  const out = new Uint8Array(32);
  const result = new DataView(out.buffer);
  h.forEach((word, i) => result.setInt32(4 * i, word));
  return out;
}

function sha512(data) {
  const whole = padded(data, 128, 16);
  const view = new DataView(whole.buffer);
  const cut = (n) => BigInt.asUintN(64, n);
  const turn = (n, by) => cut((n >> by) | (n << (64n - by)));
  let h = H512.slice();
  for (let start = 0; start < whole.length; start += 128) {
    const w = [];
    for (let i = 0; i < 16; i += 1) w.push(view.getBigUint64(start + 8 * i));
    for (let i = 16; i < 80; i += 1) {
      const s0 = turn(w[i - 15], 1n) ^ turn(w[i - 15], 8n) ^ (w[i - 15] >> 7n);
      const s1 = turn(w[i - 2], 19n) ^ turn(w[i - 2], 61n) ^ (w[i - 2] >> 6n);
      w.push(cut(w[i - 16] + s0 + w[i - 7] + s1));
    }
    let [a, b, c, d, e, f, g, last] = h;
    for (let i = 0; i < 80; i += 1) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const t1 = last + s1 + ((e & f) ^ (cut(~e) & g)) + K512[i] + w[i];
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [last, g, f, e, d, c, b, a] = [g, f, e, cut(d + t1), c, b, a, cut(t1 + t2)];
    }
    h = [a, b, c, d, e, f, g, last].map((word, i) => cut(word + h[i]));
  }
  const out = new Uint8Array(64);
  const result = new DataView(out.buffer);
  h.forEach((word, i) => result.setBigUint64(8 * i, word));
  return out;
}

// SHA-256 of what may be large: by the browser, unless it offers none (some do not on pages opened from a file).
async function digest(data) {
  const subtle = globalThis.crypto && globalThis.crypto.subtle;
  if (!subtle || data.length < 65536) return sha256(data);
  return new Uint8Array(await subtle.digest("SHA-256", data));
}
