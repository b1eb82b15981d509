import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ContinuoError } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import type { SetList } from '../../../src/engine/scenes/set-list.js';
import { SetShelf } from '../../../src/engine/scenes/set-shelf.js';
import { until } from '../../transports/support/within.js';

const one = '# first\nscenes:\n  - name: A\n    decks: { 1: { pack: perlin } }\n';
const two = '# second\nscenes:\n  - name: A\n  - name: B\n';

async function opened(context: TestContext, text = one) {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-set-'));
  const file = join(folder, 'set.yaml');
  await writeFile(file, text);
  const parameters = new ParameterStore();
  parameters.addDeck(1);
  const sets: SetList[] = [];
  const refusals: ContinuoError[] = [];
  const shelf = new SetShelf(parameters, { changed: (set) => sets.push(set), refused: (error) => refusals.push(error) });
  context.after(async () => {
    shelf.dispose();
    await rm(folder, { recursive: true });
  });
  await shelf.open(file);
  return { folder, file, shelf, sets, refusals };
}

const names = ({ scenes }: SetList): string => scenes.map(({ name }) => name).join(' ');

describe('a set file that holds', () => {
  it('holds in its new form as soon as it is changed, in place or by another file in its place', async (context) => {
    const { folder, file, shelf, sets } = await opened(context);
    assert.equal(names(shelf.set), 'A');
    await writeFile(file, two);
    await until('the change is taken', () => sets.length === 2);
    assert.equal(names(shelf.set), 'A B');
    await writeFile(join(folder, 'other'), one);
    await rename(join(folder, 'other'), file);
    await until('the replacement is taken', () => sets.length === 3);
    assert.equal(names(shelf.set), 'A');
  });

  it('holds on where the file is broken or gone, and says why', async (context) => {
    const { file, shelf, sets, refusals } = await opened(context);
    await writeFile(file, `${two}  - nam: C\n`);
    await until('the fault is told', () => refusals.length === 1);
    assert.match(refusals[0].message, /^set\.yaml line 5: /);
    assert.equal(names(shelf.set), 'A');
    await rm(file);
    await until('its loss is told', () => refusals.length === 2);
    assert.match(refusals[1].message, /cannot be read/);
    await writeFile(file, two);
    await until('it is back', () => sets.length === 2);
    assert.equal(names(shelf.set), 'A B');
  });

  it('holds on where another is asked for that cannot be had', async (context) => {
    const { folder, file, shelf, sets } = await opened(context);
    await assert.rejects(shelf.open(join(folder, 'none.yaml')), /none\.yaml cannot be read: there is no such file or folder$/);
    await writeFile(file, two);
    await until('it is watched still', () => sets.length === 2);
  });

  it('is as it was where a scene is to be saved that could not be read back', async (context) => {
    const { file, shelf } = await opened(context);
    const scene = { name: 'A', values: new Map([['no-such-knob', 1]]), decks: new Map() };
    await assert.rejects(shelf.save(scene), /no-such-knob/);
    assert.equal(await readFile(file, 'utf8'), one);
    assert.equal(names(shelf.set), 'A');
  });

  it('holds on where the one before is read again late', async (context) => {
    const { folder, file, shelf } = await opened(context);
    const witness = await opened(context, one);
    const other = join(folder, 'other.yaml');
    await writeFile(other, one.replace('name: A', 'name: Other'));
    await witness.shelf.open(file);
    const seen = new Promise<void>((resolve) => {
      const watcher = watch(folder, (_event, name) => {
        if (name !== 'set.yaml') return;
        watcher.close();
        resolve();
      });
    });
    await writeFile(file, two);
    await seen;
    await shelf.open(other);
    await until('the change was read', () => names(witness.shelf.set) === 'A B');
    await writeFile(file, one);
    await until('the next one, too', () => names(witness.shelf.set) === 'A');
    assert.equal(names(shelf.set), 'Other');
  });

  it('takes a scene that is saved, with what was changed in the file meanwhile, and leaves no other file behind', async (context) => {
    const { folder, file, shelf } = await opened(context);
    await writeFile(file, two);
    await shelf.save({ name: 'C', values: new Map([['bpm', 90]]), decks: new Map() });
    assert.equal(names(shelf.set), 'A B C');
    assert.equal(await readFile(file, 'utf8'), `${two}  - name: C\n    engine:\n      bpm: 90\n`);
    assert.deepEqual(await readdir(folder), ['set.yaml']);
  });

  it('stays a link where it is one: a scene is saved into the file that it leads to', async (context) => {
    const { folder, file, shelf, sets } = await opened(context);
    const link = join(folder, 'tonight.yaml');
    await symlink(file, link);
    await shelf.open(link);
    await shelf.save({ name: 'C', values: new Map(), decks: new Map() });
    assert.equal(await readlink(link), file);
    assert.equal(await readFile(file, 'utf8'), `${one}  - name: C\n`);
    assert.deepEqual((await readdir(folder)).sort(), ['set.yaml', 'tonight.yaml']);
    assert.equal(names(sets[sets.length - 1]), 'A C');
  });

  it('that is a link holds in its new form when what it leads to is changed, and when it leads elsewhere', async (context) => {
    const { folder, file, shelf, sets } = await opened(context);
    const [here, there] = ['here', 'there'].map((name) => join(folder, name));
    await Promise.all([mkdir(here), mkdir(there)]);
    const [link, other] = [join(here, 'tonight.yaml'), join(there, 'other.yaml')];
    const latest = (): string => names(sets[sets.length - 1]);
    await symlink(file, link);
    await writeFile(other, one.replace('name: A', 'name: Other'));
    await shelf.open(link);
    await writeFile(file, two);
    await until('the change is taken', () => latest() === 'A B');
    await symlink(other, `${link}.new`);
    await rename(`${link}.new`, link);
    await until('the other is taken', () => latest() === 'Other');
    await writeFile(other, one.replace('name: A', 'name: Changed'));
    await until('the change of the other is taken', () => latest() === 'Changed');
  });

  it('is not written over where it is broken', async (context) => {
    const { file, shelf } = await opened(context);
    await writeFile(file, 'scenes: [');
    await assert.rejects(shelf.save({ name: 'C', values: new Map(), decks: new Map() }), /set\.yaml line 1: /);
    assert.equal(await readFile(file, 'utf8'), 'scenes: [');
  });
});

describe('without a set file', () => {
  it('what needs one says what to do', () => {
    const shelf = new SetShelf(new ParameterStore(), { changed: () => undefined, refused: () => undefined });
    assert.throws(() => shelf.set, /There is no set: name its file/);
  });
});
