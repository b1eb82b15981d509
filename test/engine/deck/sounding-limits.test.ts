import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SoundingLimits } from '../../../src/engine/deck/sounding-limits.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { note, stage } from '../scheduling/recording-output.js';

async function limited() {
  const { sender, output, playTo } = await stage();
  const parameters = new ParameterStore();
  parameters.addDeck(1);
  const sentences: string[] = [];
  parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
  const limits = new SoundingLimits(1, parameters, sender);
  const set = (name: string, value: number): Promise<unknown> => parameters.write(`deck/1/${name}`, [value], 'test');
  return { sender, output, playTo, parameters, sentences, limits, set };
}

describe('what a deck may let sound', () => {
  it('is what the performer says, counted, and said once until the limit is another', async () => {
    const { sender, output, playTo, parameters, sentences, limits, set } = await limited();
    await set('most-sounding', 2);
    sender.queue(1, [1, 2, 3, 4, 5].map((beat) => note(beat, 60 + beat, 20)));
    playTo(3.5);
    limits.look();
    playTo(4.5);
    limits.look();
    assert.equal(parameters.get('deck/1/stolen'), 2);
    assert.equal(sentences.length, 1);
    assert.match(sentences[0], /^Deck 1: more than 2 of its notes .*`most-sounding`/);
    await set('most-sounding', 1);
    limits.look();
    assert.equal(parameters.get('deck/1/stolen'), 3);
    assert.equal(sentences.length, 2);
    assert.equal(output.notes().filter((each) => each.startsWith('off')).length, 3);
  });

  it('is a length too', async () => {
    const { sender, playTo, parameters, sentences, limits, set } = await limited();
    await set('longest-sounding', 0.5);
    sender.queue(1, [note(0, 60, 20), note(0, 64, 0.5)]);
    playTo(2);
    limits.look();
    assert.deepEqual([parameters.get('deck/1/cut'), parameters.get('deck/1/stolen'), sender.counters().sounding], [1, 0, 0]);
    assert.match(sentences.join(), /^Deck 1: a note would have sounded for more than 0\.5 s .*`longest-sounding`/);
  });

  it('begins to count with the deck, not with whoever had its number before', async () => {
    const { sender, playTo, parameters, set } = await limited();
    await set('most-sounding', 1);
    sender.queue(1, [note(0, 60, 20), note(0, 64, 20)]);
    playTo(1);
    const heir = new SoundingLimits(1, parameters, sender);
    heir.look();
    assert.equal(parameters.get('deck/1/stolen'), 0);
  });
});
