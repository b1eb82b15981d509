import { markdownTable } from './markdown-table.js';

const none = '-';

/** What formats keep of a note, by tokenizer, and by its mode where that matters. */
const formatWords = {
  'skytnt-events': '16 steps a beat, 127 velocities, parts',
  'beat-kmeans': '48 steps a beat, 512 courses of velocity, no parts',
  'beat-kmeans base': '48 steps a beat, no velocities, no parts',
  'remi-bpe': '4 steps a beat, 32 velocities, all parts as one',
  theremin: '12 steps and 4 lengths a beat, 3 velocities, no parts; velocity stands in the same ids as the rest',
};

/**
 * docs/models.md as the packs make it. Nothing in it is written by hand but the words here.
 * @param {ReturnType<import('./read-packs.js').readPacks>} packs
 * @returns {string} Markdown
 */
export function modelsPage(packs) {
  return `# Models

<!-- Written by \`npm run docs\` from models/*/pack.json, README.md and figures/; a test compares them. -->

The packs that come with Continuo. All of them play on one core of an ordinary computer; swap between them while the music
runs with the keys 1 to 9, with \`/continuo/deck/1/load NAME\`, or from the patches. None of them was seen on a GPU: they are
small enough to do without ([larger ones](gpu.md)).

${overview(packs)}

Bits per note: how many bits the model needs to foresee the next note of songs it has never seen, the same songs for all
([how it is measured](#bits-per-note)). Speed: times faster than it plays, by processor time
(a quiet machine takes no more), one thread, at 120 beats a minute (\`npm run -s continuo -- bench compose pack=NAME\`).

${packs.map(section).join('\n\n')}

## Bits per note

The same 8 bars out of each song of the test split of pop909-aligned, told to every model as a history is told, note by note.
Each id is taken against those that may stand in its place. Fewer bits are better, as far as the formats keep the same of a
note: a coarser grid or fewer velocities leave less to foresee, so the last column belongs to the figures.

${likelihoodTable(packs)}

    npm run -s continuo -- bench likelihood pack=${readOneByOne(packs).join(',')} folder=pop909-aligned/test

Of musemorphic only an upper bound can be told ([how](../training/README.md)): it plans whole bars, and what that costs is not known
exactly. Its bars are the first 8 of each song, with all parts as one.

## How to read the quality tables

Each pack plays pieces of 32 bars, with fixed seeds, from nothing and after 8 bars of songs it has never seen. Windows of 30
seconds are compared with those of the test split of its training data in 32 features (density, velocities, lengths, pitch,
harmony, repetition). The distance is Kolmogorov's and Smirnov's, 0 for the same distribution and 1 for nothing in common; for
the intervals of the top line it is Jensen's and Shannon's. *Real songs* are excerpts of songs outside the test split, the
best that can be had; *shuffled* are the same excerpts with pitches and velocities exchanged among the notes: right in almost
every feature, but no music, which only repetition and intervals tell; *random* are as many notes anywhere. The statistics are
in [bench/references](../bench/references/README.md). Of few windows chance alone makes a distance, about 0.9 over the root of their
number: 0.12 for 50 windows, 0.06 for 200. What was tried to come nearer, and why there is no pack of
beat-kmeans without velocities: [quality.md](quality.md).

## Your own

- **A pack of somebody else's**: drop its folder into \`models/\`, or name the folder it is in under \`packFolders\` of the
  [configuration](configuration.md). \`continuo packs\` lists it, or says in one sentence what is wrong.
- **Your own music**: \`python -m continuo_training fine-tune\` goes on from the weights of a pack with a folder of your MIDI
  files and writes a pack; twenty songs change the style ([training](../training/README.md#your-own-music)).
- **A model of your own**: [training](../training/README.md) goes from MIDI files to a finished pack;
  [models/README.md](../models/README.md) is the format, for graphs that come from elsewhere.
- **What it is worth**: \`bench reference\` makes statistics of your songs, \`bench quality\` and \`bench likelihood\` judge by them.

## The pictures

    npm run -s continuo -- render --pack NAME --bars 16 --bpm 96 --seed 1 --out take.mid
    node scripts/write-piano-roll.js take.mid docs/images/NAME.svg 16
`;
}

function overview(packs) {
  const headings = ['pack', 'family', 'parameters', 'size', 'trained on', 'licence of the weights', 'bits per note', 'speed'];
  const rows = packs.map(({ manifest, figures }) => [
    `[${manifest.name}](#${manifest.name.replaceAll('.', '')})`,
    manifest.family,
    millions(manifest.training?.parameters),
    `${(sizeOf(manifest) / 1e6).toFixed(1)} MB`,
    dataOf(manifest),
    manifest.licence,
    bitsOf(ofPack(figures.likelihood, manifest.name)),
    speedOf(figures.compose),
  ]);
  return markdownTable(headings, rows);
}

function section({ manifest, readme, hasPicture, figures }) {
  const { name, title, training = {} } = manifest;
  const facts = [
    ['plays with', `tokenizer \`${manifest.tokenizer?.plugin ?? none}\`, model \`${manifest.model?.plugin ?? manifest.composer?.plugin}\``],
    ['trained on', (training.data ?? []).map((set) => `${set.name} (${set.licence}${set.files ? `, ${set.files} files` : ''})`).join('; ') || none],
    ['ids seen in training', millions(training.tokensSeen)],
    ['validation loss', training.validationLoss === undefined ? none : `${fixed(training.validationLoss, 3)} nats per id (untrained ${fixed(training.untrainedValidationLoss, 2)})`],
    ['perplexity', fixed(training.perplexity, 2)],
    ['speed', speedWords(figures.compose)],
  ];
  const parts = [
    `## ${name}`,
    `**${title}.** ${onStage(readme) ?? manifest.description}`,
    ...(hasPicture ? [`![Sixteen bars by ${name} as a piano roll](images/${name}.svg)`] : []),
    markdownTable(['', ''], facts),
    quality(name, figures.quality),
    ...(readme === '' ? [] : [`More: [models/${name}](../models/${name}/README.md).`]),
  ];
  return parts.join('\n\n');
}

/** The section "On stage" of a pack's README. */
function onStage(readme) {
  const [, rest] = readme.split(/^## On stage\n/m);
  return rest?.split(/^#/m)[0].trim();
}

function quality(name, measured) {
  const report = measured?.packs[name];
  if (!report) return 'Its quality has not been measured yet.';
  const { aims } = measured;
  const rows = [...report.table, { ...aims, music: 'aim', pieces: '', windows: '' }].map((row) => [
    row.music,
    ...[row.medianKs, row.repetitionKs, row.scaleKs, row.intervalJsd].map((figure) => (row.music === 'aim' ? `< ${figure}` : fixed(figure, 2))),
    String(row.pieces),
    String(row.windows),
  ]);
  const count = report.table[0].pieces;
  return `${markdownTable(['', 'median of 32 features', 'repetition of the top line', 'scale', 'intervals of the top line', 'pieces', 'windows'], rows)}

    npm run -s continuo -- bench quality pack=${name} count=${count} folder=${report.reference}/test`;
}

function likelihoodTable(packs) {
  const rows = packs.flatMap(({ manifest, figures }) => ofPack(figures.likelihood, manifest.name) ?? []);
  if (rows.length === 0) return 'Nothing has been measured yet.';
  return markdownTable(
    ['pack', 'songs', 'notes', 'ids per note', 'bits per note', 'of these velocity', 'a note says'],
    packs.flatMap(({ manifest, figures }) => {
      const row = ofPack(figures.likelihood, manifest.name);
      if (!row) return [];
      const { songs, notes, idsPerNote, velocity } = row;
      const { plugin, options } = manifest.tokenizer;
      const formats = formatWords[`${plugin} ${options?.mode}`] ?? formatWords[plugin] ?? none;
      return [[manifest.name, String(songs), String(notes), fixed(idsPerNote, 2), `**${bitsOf(row)}**`, fixed(velocity, 2), formats]];
    }),
  );
}

function bitsOf(row) {
  return `${row?.isBound ? 'at most ' : ''}${fixed(row?.bitsPerNote, 2)}`;
}

/** Packs whose ids are foreseen one by one. */
function readOneByOne(packs) {
  return packs.flatMap(({ manifest, figures }) => (ofPack(figures.likelihood, manifest.name)?.isBound ? [] : [manifest.name]));
}

function ofPack(likelihood, name) {
  return likelihood?.packs.find(({ pack }) => pack === name);
}

function dataOf({ training }) {
  return (training?.data ?? []).map(({ name, licence }) => `${name} (${licence})`).join(', ') || none;
}

function sizeOf({ files }) {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function speedOf(compose) {
  return compose ? `${fixed(compose.timesRealTimeOfProcessor, 1)}x` : none;
}

function speedWords(compose) {
  if (!compose) return none;
  const { timesRealTimeOfProcessor, processorMillisecondsPerModelRun, modelRunsPerBeat, notesPerBeat } = compose;
  const milliseconds = processorMillisecondsPerModelRun * modelRunsPerBeat;
  return `${fixed(timesRealTimeOfProcessor, 1)} times faster than it plays: ${fixed(milliseconds, 0)} ms of processor time for a beat of ${fixed(notesPerBeat, 1)} notes`;
}

function millions(count) {
  return count === undefined ? none : `${(count / 1e6).toFixed(1)} million`;
}

function fixed(number, digits) {
  return number === undefined || number === null ? none : number.toFixed(digits);
}
