import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainSteering } from '../../../../src/engine/contracts/model-steering.js';
import { controlsAtStart, controlsDue, controlsFor, toldBy } from '../../../../src/plugins/models/phrase-mamba/control-feed.js';
import { readPhraseTables } from '../../../../src/plugins/models/phrase-mamba/phrase-tables.js';
import { barId, barWithHeadId, meterId, tempoId, tinyFiles } from './tiny-phrases.js';

const tables = readPhraseTables(tinyFiles.phrases);
const { controls } = tables;
const start = controlsAtStart(tables, 2);

describe('the controls of a phrase model', () => {
  it('are 4/4 and no tempo until the music says something', () => {
    assert.deepEqual(start, { tempo: controls.tempo[3], meter: controls.meter[2] });
    assert.equal(controlsAtStart(tables, 99).meter, controls.meter[8]);
  });

  it('hear metre and tempo in the head of a bar, alone, together or in the id of the bar line', () => {
    const [slow, medium] = controls.tempo;
    assert.deepEqual(toldBy(meterId(1), tables, start), { ...start, meter: controls.meter[1] });
    assert.deepEqual(toldBy(tempoId(70), tables, start), { ...start, tempo: slow });
    assert.deepEqual(toldBy(barWithHeadId, tables, { tempo: slow, meter: controls.meter[1] }), { tempo: medium, meter: controls.meter[2] });
    assert.deepEqual(toldBy(barId, tables, start), start);
  });

  it('say that density, mode and style are unknown where the performer says nothing', () => {
    const values = controlsFor(start, plainSteering, tables);
    assert.deepEqual(values, { ...start, density: controls.density[5], mode: controls.mode[2], style: controls.unknownStyle });
  });

  it('say what the performer wishes', () => {
    const wishes = [0, 0.19, 0.3, 0.51, 0.7, 1].map((density) => controlsFor(start, { ...plainSteering, density }, tables).density);
    assert.deepEqual(wishes, [0, 0, 1, 2, 3, 4].map((level) => controls.density[level]));
    const { mode, style } = controlsFor(start, { ...plainSteering, mode: 'minor', style: 'song' }, tables);
    assert.deepEqual([mode, style], [controls.mode[1], controls.styles.get('song')]);
    assert.equal(controlsFor(start, { ...plainSteering, mode: 'major' }, tables).mode, controls.mode[0]);
    assert.equal(controlsFor(start, { ...plainSteering, style: 'of nobody' }, tables).style, controls.unknownStyle);
  });

  it('are told where they changed, in the order tempo, mode, metre, density, style', () => {
    const values = controlsFor(start, plainSteering, tables);
    assert.deepEqual(controlsDue(values, undefined), [values.tempo, values.mode, values.meter, values.density, values.style]);
    assert.deepEqual(controlsDue(values, values), []);
    const other = { ...values, style: controls.styles.get('pop') ?? 0, tempo: controls.tempo[0] };
    assert.deepEqual(controlsDue(other, values), [other.tempo, other.style]);
  });
});
