/** So many slopes are weighed, up to so many standard errors of least squares on either side. */
const trials = 200;
const farthestErrors = 5;

/**
 * The best that can be made of times whose noise is even and of unknown width: the mean of all slopes, each as likely as the strip
 * that holds all times is narrow (Pitman's estimator, which no other that treats all tempos alike is nearer than).
 * @param times one each interval, at least three
 * @returns the interval
 */
export function bestSlope(times: readonly number[]): number {
  const count = times.length;
  const middle = (count - 1) / 2;
  const spread = (count * (count * count - 1)) / 12;
  const leastSquares = times.reduce((sum, time, at) => sum + (at - middle) * (time - times[0]), 0) / spread;
  const deviation = Math.sqrt(times.reduce((sum, time, at) => sum + ((time - times[0] - leastSquares * at) ** 2) / count, 0) - meanOff(times, leastSquares) ** 2);
  const step = (farthestErrors * deviation) / Math.sqrt(spread) / trials;
  if (!(step > 0)) return leastSquares;
  const slopes = Array.from({ length: 2 * trials + 1 }, (_unused, at) => leastSquares + (at - trials) * step);
  const heights = slopes.map((slope) => {
    const offs = times.map((time, at) => time - times[0] - slope * at);
    return Math.max(...offs) - Math.min(...offs);
  });
  const narrowest = Math.min(...heights);
  const weights = heights.map((height) => (narrowest / height) ** (count - 1));
  return slopes.reduce((sum, slope, at) => sum + slope * weights[at], 0) / weights.reduce((sum, weight) => sum + weight, 0);
}

function meanOff(times: readonly number[], slope: number): number {
  return times.reduce((sum, time, at) => sum + time - times[0] - slope * at, 0) / times.length;
}
