const tableSize = 256;

/**
 * Classic gradient noise of one and two dimensions, after Ken Perlin ("An Image Synthesizer", 1985, with the fade curve
 * of "Improving Noise", 2002): smooth, 0 on every whole coordinate, the same for the same seed. Values lie in -1..1.
 * Thread: any. Allocates: only when made.
 */
export class PerlinNoise {
  private readonly permutation: Uint8Array;

  /** Any integer is a seed. */
  constructor(seed: number) {
    this.permutation = shuffledBytes(seed);
  }

  /** @example new PerlinNoise(1).at(3) // → 0 */
  at(x: number): number {
    const cell = Math.floor(x);
    const inside = x - cell;
    const left = gradient1(this.hash(cell), inside);
    const right = gradient1(this.hash(cell + 1), inside - 1);
    return 2 * mix(left, right, fade(inside));
  }

  at2(x: number, y: number): number {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const right = x - column;
    const down = y - row;
    const corner = (dx: number, dy: number): number => gradient2(this.hash(column + dx, row + dy), right - dx, down - dy);
    const across = fade(right);
    return mix(mix(corner(0, 0), corner(1, 0), across), mix(corner(0, 1), corner(1, 1), across), fade(down));
  }

  private hash(column: number, row = 0): number {
    const { permutation } = this;
    return permutation[(permutation[wrap(column)] + row) & (tableSize - 1)];
  }
}

function wrap(cell: number): number {
  return ((cell % tableSize) + tableSize) % tableSize;
}

/** 6t⁵ - 15t⁴ + 10t³: flat in value, slope and curvature at both ends. */
function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Slopes -1 .. 1 in eighths, none of them flat. */
function gradient1(hash: number, distance: number): number {
  const slope = ((hash & 7) + 1) / 8;
  return (hash & 8 ? -slope : slope) * distance;
}

/** The four diagonals and, so that no direction is favoured, the four axes at the same length. */
function gradient2(hash: number, x: number, y: number): number {
  switch (hash & 7) {
    case 0:
      return x + y;
    case 1:
      return x - y;
    case 2:
      return y - x;
    case 3:
      return -x - y;
    case 4:
      return Math.SQRT2 * x;
    case 5:
      return -Math.SQRT2 * x;
    case 6:
      return Math.SQRT2 * y;
    default:
      return -Math.SQRT2 * y;
  }
}

/** 0..255 in an order of the seed's own: Fisher and Yates's shuffle over a small generator of 32 bits. */
function shuffledBytes(seed: number): Uint8Array {
  const bytes = Uint8Array.from({ length: tableSize }, (_, index) => index);
  let state = seed | 0;
  for (let last = tableSize - 1; last > 0; last -= 1) {
    state = (state + 0x9e3779b9) | 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    const other = ((bits ^ (bits >>> 15)) >>> 0) % (last + 1);
    [bytes[last], bytes[other]] = [bytes[other], bytes[last]];
  }
  return bytes;
}
