const width = 960;
const margin = 8;
const rowHeight = 5;
const beatsPerBar = 4;
/** One for each part, told apart by those who see red and green alike. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
/** Louder notes are darker, in so many steps. */
const shades = [0.4, 0.6, 0.8, 1];

/**
 * A picture of music: time from left to right with a line at every bar, pitch upwards with a stripe for every black key,
 * a colour for every part, darker where it is louder.
 * @param {readonly {beat: number, duration: number, channel: number, pitch: number, velocity: number}[]} notes
 * @param {number} bars how much is shown, from beat 0 on
 * @param {string} title for those who cannot see it
 * @returns {string} SVG
 */
export function pianoRoll(notes, bars, title) {
  const beats = bars * beatsPerBar;
  const shown = notes.filter(({ beat }) => beat >= 0 && beat < beats);
  const pitches = shown.map(({ pitch }) => pitch);
  const highest = Math.max(60, ...pitches) + 1;
  const lowest = Math.min(60, ...pitches) - 1;
  const height = (highest - lowest + 1) * rowHeight + 2 * margin;
  const x = (beat) => margin + (beat / beats) * (width - 2 * margin);
  const y = (pitch) => margin + (highest - pitch) * rowHeight;
  const stripes = rangeOf(lowest, highest).filter((pitch) => [1, 3, 6, 8, 10].includes(pitch % 12));
  const channels = [...new Set(shown.map(({ channel }) => channel))].sort((a, b) => a - b);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<path fill="#f1f1f1" d="${stripes.map((pitch) => `M${margin} ${y(pitch)}h${width - 2 * margin}v${rowHeight}H${margin}z`).join('')}"/>`,
    `<path stroke="#bbb" stroke-width=".6" d="${rangeOf(0, bars).map((bar) => `M${short(x(bar * beatsPerBar))} ${margin}V${height - margin}`).join('')}"/>`,
  ];
  channels.forEach((channel, part) => {
    shades.forEach((opacity, shade) => {
      const same = shown.filter((note) => note.channel === channel && shadeOf(note.velocity) === shade);
      if (same.length === 0) return;
      const boxes = same.map(({ beat, duration, pitch }) => {
        const long = short(Math.max(1.5, x(Math.min(beats, beat + duration)) - x(beat) - 0.5));
        return `M${short(x(beat))} ${y(pitch)}h${long}v${rowHeight}h-${long}z`;
      });
      lines.push(`<path fill="${colours[part % colours.length]}" fill-opacity="${opacity}" d="${boxes.join('')}"/>`);
    });
  });
  return `${[...lines, '</svg>'].join('\n')}\n`;
}

function shadeOf(velocity) {
  return Math.min(shades.length - 1, Math.floor((velocity / 128) * shades.length));
}

function rangeOf(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function short(number) {
  return String(Number(number.toFixed(1)));
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
