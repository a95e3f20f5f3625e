/** Cuts bytes at the given places, taken modulo the length. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (one, other) => one - other,
  );
  return sorted.slice(0, -1).map((start, index) => bytes.subarray(start, sorted[index + 1]));
}
