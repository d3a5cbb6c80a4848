// Ed25519 (RFC 8032, 5.1.7), strict: A and R in their one encoding, A not of small order, S below L.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

function mod(n) {
  const rest = n % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = mod(result * b);
    b = mod(b * b);
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);

// Points in extended coordinates [X, Y, Z, T].
function add(a, b) {
  const e = mod((a[1] - a[0]) * (b[1] - b[0]));
  const f = mod((a[1] + a[0]) * (b[1] + b[0]));
  const g = mod(2n * a[3] * mod(b[3] * D));
  const h = mod(2n * a[2] * b[2]);
  return [mod((f - e) * (h - g)), mod((h + g) * (f + e)), mod((h - g) * (h + g)), mod((f - e) * (f + e))];
}

function times(scalar, point) {
  let result = [0n, 1n, 1n, 0n];
  for (let s = scalar, p = point; s > 0n; s >>= 1n) {
    if (s & 1n) result = add(result, p);
    p = add(p, p);
  }
  return result;
}

function littleEndian(data) {
  return BigInt(`0x${hex(Uint8Array.from(data).reverse())}`);
}

// The point of 32 bytes; null for what no encoder writes.
function decompress(data) {
  const whole = littleEndian(data);
  const sign = whole >> 255n;
  const y = BigInt.asUintN(255, whole);
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(mod(D * y * y + 1n), P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square) !== 0n) x = mod(x * ROOT_OF_MINUS_1);
  if (mod(x * x - square) !== 0n || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function compress(point) {
  const inverse = power(point[2], P - 2n);
  const x = mod(point[0] * inverse);
  const y = mod(point[1] * inverse) | ((x & 1n) << 255n);
  return unhex(y.toString(16).padStart(64, "0")).reverse();
}

function isSmall(point) {
  const eight = times(8n, point);
  return eight[0] === 0n && eight[1] === eight[2];
}

const BASE = decompress(unhex(mod(4n * power(5n, P - 2n)).toString(16).padStart(64, "0")).reverse());

// The point of a public key; null for another encoding of one and for the eight of small order.
function publicPoint(key) {
  const point = key.length === 32 ? decompress(key) : null;
  return point && !isSmall(point) ? point : null;
}

// Whether `signature` is that of `key` on `message`.
function signedBy(key, message, signature) {
  const point = publicPoint(key);
  if (!point || signature.length !== 64) return false;
  const s = littleEndian(signature.subarray(32));
  const r = decompress(signature.subarray(0, 32));
  if (s >= L || !r) return false;
  const h = littleEndian(sha512(concat(signature.subarray(0, 32), key, message))) % L;
  const minus = [mod(-point[0]), point[1], 1n, mod(-point[3])];
  return same(compress(add(times(s, BASE), times(h, minus))), signature.subarray(0, 32));
}
