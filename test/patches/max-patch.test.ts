import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { repositoryRoot } from '../../src/engine/paths.js';
import { defaultOscPort, maxPort } from '../../src/transports/osc/options.js';

const end = z.tuple([z.string(), z.int().min(0)]);
const boxSchema = z.object({
  id: z.string(),
  maxclass: z.string(),
  numinlets: z.int().min(0),
  numoutlets: z.int().min(0),
  outlettype: z.array(z.string()).optional(),
  patching_rect: z.tuple([z.number().min(0), z.number().min(0), z.number().positive(), z.number().positive()]),
  text: z.string().optional(),
});
const patcherSchema = z.object({
  patcher: z.object({
    fileversion: z.literal(1),
    appversion: z.object({ major: z.int(), minor: z.int(), revision: z.int() }),
    classnamespace: z.literal('box'),
    rect: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    boxes: z.array(z.object({ box: boxSchema })),
    lines: z.array(z.object({ patchline: z.object({ source: end, destination: end }) })),
  }),
});

type Box = z.output<typeof boxSchema>;

/** Max cannot be run here, so what it would complain of is checked by hand. Inlets and outlets of the objects used. */
const ports: Readonly<Record<string, (parameters: number) => readonly [inlets: number, outlets: number]>> = {
  button: () => [1, 1],
  comment: () => [1, 0],
  delay: () => [2, 1],
  flonum: () => [1, 2],
  iter: () => [1, 1],
  loadbang: () => [1, 1],
  message: () => [2, 1],
  noteout: () => [3, 0],
  prepend: () => [1, 1],
  print: () => [1, 0],
  route: (parameters) => [1, parameters + 1],
  sel: (parameters) => [1, parameters + 1],
  t: (parameters) => [1, parameters],
  toggle: () => [1, 1],
  transport: () => [1, 9],
  udpreceive: () => [1, 1],
  udpsend: () => [1, 0],
  umenu: () => [1, 3],
  unpack: (parameters) => [1, parameters],
  '+': () => [2, 1],
};

function wordsOf(box: Box): readonly string[] {
  return box.maxclass === 'newobj' ? (box.text ?? '').split(' ') : [box.maxclass];
}

describe('the Max patch', () => {
  const file = join(repositoryRoot, 'patches', 'max', 'continuo.maxpat');
  const { patcher } = patcherSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const boxes = new Map(patcher.boxes.map(({ box }) => [box.id, box]));
  const lines = patcher.lines.map(({ patchline }) => patchline);
  const box = (id: string): Box => boxes.get(id) ?? assert.fail(`no box ${id}`);

  it('names every box once', () => assert.equal(boxes.size, patcher.boxes.length));

  it('has objects with the inlets and outlets that Max gives them', () => {
    for (const one of boxes.values()) {
      const [name, ...parameters] = wordsOf(one);
      assert.ok(name in ports, `the test does not know ${name}`);
      assert.deepEqual([one.numinlets, one.numoutlets], ports[name](parameters.length), `${one.id} ${one.text ?? name}`);
      assert.equal(one.outlettype?.length ?? 0, one.numoutlets, one.id);
    }
  });

  it('connects boxes that are there, at inlets and outlets that are there, once', () => {
    for (const { source, destination } of lines) {
      assert.ok(source[1] < box(source[0]).numoutlets, `${source} of ${box(source[0]).text}`);
      assert.ok(destination[1] < box(destination[0]).numinlets, `${destination} of ${box(destination[0]).text}`);
    }
    assert.equal(new Set(lines.map((line) => JSON.stringify(line))).size, lines.length);
  });

  it('leaves nothing unconnected but comments', () => {
    const connected = new Set(lines.flatMap(({ source, destination }) => [source[0], destination[0]]));
    for (const one of boxes.values()) assert.ok(one.maxclass === 'comment' || connected.has(one.id), `${one.id} ${one.text}`);
  });

  it('lets no two boxes lie on each other', () => {
    const placed = [...boxes.values()];
    for (const [index, a] of placed.entries()) {
      for (const b of placed.slice(index + 1)) {
        const [[ax, ay, aw, ah], [bx, by, bw, bh]] = [a.patching_rect, b.patching_rect];
        const overlap = ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
        assert.ok(!overlap, `${a.text ?? a.maxclass} lies on ${b.text ?? b.maxclass}`);
      }
    }
  });

  it('speaks to the ports that the engine has without a configuration', () => {
    const texts = [...boxes.values()].map(({ text }) => text);
    assert.ok(texts.includes(`udpsend 127.0.0.1 ${defaultOscPort}`));
    assert.ok(texts.includes(`udpreceive ${maxPort}`));
    assert.ok(texts.includes(`/continuo/listen * ${maxPort}`));
  });

  /** What reaches `to` from the outlet of the route for an address, through objects that pass it on. */
  function leadsTo(address: string, className: string): boolean {
    const route = patcher.boxes.map((item) => item.box).find((one) => one.text?.startsWith('route /continuo/')) ?? assert.fail('no route');
    const outlet = wordsOf(route).slice(1).indexOf(address);
    const seen = new Set<string>();
    const visit = (id: string, from?: number): boolean =>
      lines
        .filter(({ source }) => source[0] === id && (from === undefined || source[1] === from))
        .some(({ destination: [next] }) => {
          if (wordsOf(box(next))[0] === className) return true;
          if (seen.has(next)) return false;
          seen.add(next);
          return visit(next);
        });
    return outlet >= 0 && visit(route.id, outlet);
  }

  it('plays notes, follows tempo, beat, packs and whether it plays', () => {
    for (const [address, className] of [
      ['/continuo/note', 'noteout'],
      ['/continuo/note/off', 'noteout'],
      ['/continuo/clock', 'transport'],
      ['/continuo/clock', 'flonum'],
      ['/continuo/bpm', 'flonum'],
      ['/continuo/playing', 'toggle'],
      ['/continuo/packs', 'umenu'],
      ['/continuo/error', 'print'],
    ]) {
      assert.ok(leadsTo(address, className), `${address} to ${className}`);
    }
  });
});
