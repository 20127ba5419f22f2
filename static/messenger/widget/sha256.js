const BLOCK = 64;
const [START, ROUNDS] = constants();
const words = new Int32Array(64);
const utf8 = new TextEncoder();

/**
 * SHA-256 (FIPS 180-4) of texts that begin alike: answers a function from the rest, of
 * at most BLOCK bytes, to the eight words of the digest, which the next call overwrites.
 */
export function sha256After(prefix) {
  const start = utf8.encode(prefix);
  const whole = start.length - (start.length % BLOCK);
  const bytes = new Uint8Array(whole + 3 * BLOCK);
  const view = new DataView(bytes.buffer);
  const before = START.slice();
  const digest = new Int32Array(8);
  bytes.set(start);
  for (let at = 0; at < whole; at += BLOCK) compress(before, view, at);
  return (rest) => {
    const { written } = utf8.encodeInto(rest, bytes.subarray(start.length));
    const length = start.length + written;
    const end = Math.ceil((length + 9) / BLOCK) * BLOCK;
    bytes.fill(0, length, end);
    bytes[length] = 0x80;
    view.setUint32(end - 4, length * 8);
    digest.set(before);
    for (let at = whole; at < end; at += BLOCK) compress(digest, view, at);
    return digest;
  };
}

// Written out, without arrays and small functions: it runs ten thousands of times.
function compress(state, view, at) {
  for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i += 1) {
    const x = words[i - 15];
    const y = words[i - 2];
    words[i] =
      words[i - 16] +
      words[i - 7] +
      (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
      (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10));
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i += 1) {
    const one =
      (h +
        (((e >>> 6) | (e << 26)) ^
          ((e >>> 11) | (e << 21)) ^
          ((e >>> 25) | (e << 7))) +
        ((e & f) ^ (~e & g)) +
        ROUNDS[i] +
        words[i]) |
      0;
    const two =
      ((((a >>> 2) | (a << 30)) ^
        ((a >>> 13) | (a << 19)) ^
        ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (a & c) ^ (b & c))) |
      0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** The first 32 bits of the fractions of the first primes' square and cube roots. */
function constants() {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) {
    if (primes.every((prime) => n % prime)) primes.push(n);
  }
  const bits = (root) => (root - Math.floor(root)) * 2 ** 32;
  return [
    Int32Array.from(primes.slice(0, 8), (prime) => bits(Math.sqrt(prime))),
    Int32Array.from(primes, (prime) => bits(Math.cbrt(prime))),
  ];
}
