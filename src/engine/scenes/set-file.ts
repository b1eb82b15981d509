import { dirname, resolve } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z, type ZodError } from 'zod';
import type { Mapping } from '../controllers/controller-map.js';
import { isSteerable } from '../controllers/controller-scale.js';
import { ContinuoError } from '../errors.js';
import { boundaries } from '../parameters/boundaries.js';
import { mostDecks } from '../parameters/most-decks.js';
import type { Parameter, ParameterValue } from '../parameters/parameter.js';
import { validateValue } from '../parameters/validate.js';
import { knobWords } from './knob-words.js';
import { setFileAddress, type DeckScene, type Scene, type SceneValues, type SetList } from './set-list.js';
import type { SetNeed } from './set-needs.js';

const valueSchema = z.union([z.number(), z.boolean(), z.string()]);

const setSchema = z.strictObject({
  title: z.string().default(''),
  scenes: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        at: z.enum(boundaries).optional(),
        engine: z.record(z.string(), valueSchema).default({}),
        knobs: z.record(z.string(), z.string().min(1)).optional(),
        decks: z.record(z.string().regex(/^[1-9]\d?$/, 'is not the number of a deck'), z.record(z.string(), valueSchema)).default({}),
      }),
    )
    .min(1),
});

type WrittenScene = z.infer<typeof setSchema>['scenes'][number];
type Path = readonly (string | number)[];

/** Where a set file's parameters come from. */
export interface ParameterTypes {
  /** Errors: `unknownAddress`. */
  entry(address: string): Parameter;
}

/** A set file as it was written, comments and all, and what it says. */
export interface SetFile {
  readonly document: Document;
  readonly set: SetList;
  /** The packs and prompts that it names, there or not. */
  readonly needs: readonly SetNeed[];
}

/**
 * Reads a set file: YAML, of which JSON is a part. Pure: prompts are named, not read. `file` is what it is called in a
 * fault; relative paths in it count from `folder`.
 * Errors: `badSetFile` with the line of the first fault.
 */
export function parseSetFile(text: string, file: string, parameters: ParameterTypes, folder = dirname(resolve(file))): SetFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const refuse = (line: number, reason: string): ContinuoError => new ContinuoError('badSetFile', `${file} line ${line}: ${reason}`);
  const [syntax] = document.errors;
  if (syntax) throw refuse(syntax.linePos?.[0].line ?? 1, firstSentence(syntax.message));
  const lineOf = (path: Path): number => lineAt(document, lines, path);
  const parsed = setSchema.safeParse(contentOf(document, (reason) => refuse(1, reason)) ?? {});
  if (!parsed.success) throw refuse(...faultOf(parsed.error, lineOf));
  const at: Guard = (path, run) => {
    try {
      return run();
    } catch (cause) {
      throw refuse(lineOf(path), ContinuoError.from(cause, 'badValue').message);
    }
  };
  const names = parsed.data.scenes.map(({ name }) => name);
  const scenes = parsed.data.scenes.map((scene, index) => sceneOf(scene, ['scenes', index], folder, { parameters, names, at }));
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) throw refuse(lineOf(['scenes', twice, 'name']), `there are two scenes of the name ${names[twice]}; give one another name`);
  return { document, set: { title: parsed.data.title, scenes }, needs: scenes.flatMap((scene, index) => needsOf(scene, ['scenes', index], lineOf)) };
}

/** An alias may name nothing, or too much. */
function contentOf(document: Document, refuse: (reason: string) => ContinuoError): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw refuse(firstSentence(cause instanceof Error ? cause.message : String(cause)));
  }
}

/** Runs a check; what it throws is told with the line of the path. */
type Guard = <Result>(path: Path, run: () => Result) => Result;

interface Checks {
  readonly parameters: ParameterTypes;
  /** Of all scenes. */
  readonly names: readonly string[];
  readonly at: Guard;
}

function sceneOf(written: WrittenScene, path: Path, folder: string, checks: Checks): Scene {
  const decks = Object.entries(written.decks).map(([number, values]): [number, DeckScene] => {
    const { pack, prompt, ...rest } = values;
    const here = [...path, 'decks', number];
    checks.at(here, () => checkDeck(number));
    return [
      Number(number),
      {
        ...(pack !== undefined && { pack: String(pack) }),
        ...(prompt !== undefined && { prompt: resolve(folder, String(prompt)) }),
        values: valuesOf(rest, `deck/${number}/`, here, checks),
      },
    ];
  });
  return {
    name: written.name,
    ...(written.at && { at: written.at }),
    ...(written.knobs && { knobs: knobsOf(written.knobs, [...path, 'knobs'], checks) }),
    values: valuesOf(written.engine, '', [...path, 'engine'], checks),
    decks: new Map(decks),
  };
}

function needsOf({ name: scene, decks }: Scene, path: Path, lineOf: (path: Path) => number): readonly SetNeed[] {
  return [...decks].flatMap(([deck, said]) =>
    (['pack', 'prompt'] as const).flatMap((kind): SetNeed[] => {
      const name = said[kind] ?? '';
      return name === '' ? [] : [{ kind, name, scene, deck, line: lineOf([...path, 'decks', String(deck), kind]) }];
    }),
  );
}

function valuesOf(written: Readonly<Record<string, ParameterValue>>, prefix: string, path: Path, { parameters, at }: Checks): SceneValues {
  return new Map(
    Object.entries(written).map(([name, value]) => [name, at([...path, name], () => checked(prefix + name, value, parameters))]),
  );
}

function knobsOf(written: Readonly<Record<string, string>>, path: Path, checks: Checks): readonly Mapping[] {
  return Object.entries(written).map(([place, moves]) => checks.at([...path, place], () => knobOf(place, moves, checks)));
}

/** @example knobOf('16/21', 'recall 3', checks) // → { channel: 15, controller: 21, address: 'recall', arguments: ['3'] } */
function knobOf(place: string, moves: string, { parameters, names }: Checks): Mapping {
  const [, channel, controller] = /^(?:(\d{1,2})\/)?(\d{1,3})$/.exec(place) ?? [];
  const isChannel = channel === undefined || (Number(channel) >= 1 && Number(channel) <= 16);
  if (controller === undefined || Number(controller) > 127 || !isChannel) {
    throw new ContinuoError('badValue', `A knob is a controller 0 to 127, or a channel 1 to 16 and a controller as in 16/21, not ${place}.`);
  }
  const [address, ...words] = moves.trim().split(/\s+/);
  checkDeck(/^deck\/(\d+)\//.exec(address)?.[1]);
  const entry = entryOf(address, parameters);
  if (!isSteerable(entry, words)) throw new ContinuoError('badValue', `No knob can move ${moves}.`);
  const given = knobWords(address, entry, words, names);
  return { ...(channel !== undefined && { channel: Number(channel) - 1 }), controller: Number(controller), address, ...(given.length > 0 && { arguments: given }) };
}

function checkDeck(number = '1'): void {
  if (Number(number) < 1 || Number(number) > mostDecks) throw new ContinuoError('badValue', `There is no deck ${number}; there may be decks 1 to ${mostDecks}.`);
}

/** Every deck has the same parameters, also one that is not there yet. */
function entryOf(address: string, parameters: ParameterTypes): Parameter {
  try {
    return parameters.entry(address.replace(/^deck\/\d+\//, 'deck/1/'));
  } catch (cause) {
    throw new ContinuoError('unknownAddress', `There is no parameter "${address}".`, { cause });
  }
}

function checked(address: string, value: ParameterValue, parameters: ParameterTypes): ParameterValue {
  const entry = entryOf(address, parameters);
  if (entry.kind === 'action') throw new ContinuoError('badValue', `${address} is an action; a scene sets values.`);
  if (address === setFileAddress) throw new ContinuoError('badValue', `${address} names the set; a scene of it cannot take another.`);
  if (entry.readOnly) throw new ContinuoError('badValue', `${address} can be read, not set.`);
  return validateValue(address, entry, value);
}

function faultOf({ issues: [issue] }: ZodError, lineOf: (path: Path) => number): [number, string] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const where = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    return [lineOf([...path, key]), `${where === '' ? '' : `${where}: `}"${key}" means nothing here; a set has title and scenes, a scene name, at, engine, knobs and decks`];
  }
  return [lineOf(path), `${where === '' ? 'the set' : where}: ${mustBe(issue)}`];
}

/** What a value of the wrong kind must be. */
function mustBe(issue: ZodError['issues'][number]): string {
  if (issue.code === 'invalid_union') return 'must be a number, a text, true or false';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_key') return issue.issues[0].message;
  if (issue.code === 'too_small') return 'must not be empty';
  if (issue.code !== 'invalid_type') return issue.message;
  return `must be ${{ array: 'a list', object: 'names with values', record: 'names with values', string: 'a text' }[String(issue.expected)] ?? String(issue.expected)}`;
}

/** The line of what a path leads to, or of the nearest thing around it that is there. */
function lineAt(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOf(document: Document, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(inYaml(document, path.slice(0, -1)), true);
  const last = path[path.length - 1];
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    return pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(inYaml(document, path), true) as { range?: readonly number[] } | undefined;
  return node?.range?.[0];
}

/** A path with its keys as the document has them: the number of a deck may be a number or a text there. */
export function inYaml(document: Document, path: Path): (string | number)[] {
  return path.map((key, index) => {
    const parent = index === 0 ? document.contents : document.getIn(inYaml(document, path.slice(0, index)), true);
    if (!isMap(parent)) return key;
    const found = parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
    return found && isScalar(found.key) ? (found.key.value as string | number) : key;
  });
}

function firstSentence(message: string): string {
  return message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '');
}

