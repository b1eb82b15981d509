/** Whole numbers from `low` to `high` with spaces or commas between them, in order; `undefined` where something else is among them. */
export function numberList(text: string, low: number, high: number): readonly number[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const numbers = words.map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : Number.NaN));
  if (!numbers.every((number) => number >= low && number <= high)) return undefined;
  return [...new Set(numbers)].sort((a, b) => a - b);
}
