import type { ReadStream, WriteStream } from 'node:tty';
import { ContinuoError } from '../../engine/errors.js';
import type { Deck } from '../../engine/deck/deck.js';
import type { Engine } from '../../engine/engine.js';
import { eventSentence, swapWords } from './event-sentence.js';
import { KeyStrokes } from './key-strokes.js';
import { NoteWindow } from './note-window.js';
import type { DeckView } from './deck-lines.js';
import { drawScreen } from './screen.js';
import { shapingWords } from './shaping-words.js';

const framesPerSecond = 15;
/** A stroke moves the beat by what one just hears. */
const nudgeMilliseconds = 10;
const csi = '\u001b[';
const up = `${csi}A`;
const down = `${csi}B`;

/** The engine on a terminal: a picture that moves and a few keys. Thread: main. */
export class LiveTerminal {
  private readonly window = new NoteWindow();
  private readonly strokes = new KeyStrokes();
  /** What swaps do; a deck that is taken away takes its own along. */
  private readonly swaps = new WeakMap<Deck, string>();
  /** The number of the deck that the keys are for. */
  private chosen = 1;
  private message = '';
  private timer: NodeJS.Timeout | undefined;
  private forget: () => void = () => undefined;

  constructor(
    private readonly engine: Engine,
    private readonly input: ReadStream,
    private readonly output: WriteStream,
    private readonly quit: () => void,
  ) {}

  start(): void {
    this.forget = this.engine.parameters.onEvent((event) => {
      this.window.take(event);
      const deck = event.type === 'swap' ? this.engine.decks.at(event.deck - 1) : undefined;
      if (event.type === 'swap' && deck) this.swaps.set(deck, swapWords(event, this.beatsPerBar));
      if (event.type === 'swap' && event.stage !== 'failed') return;
      this.message = eventSentence(event, this.beatsPerBar) ?? this.message;
    });
    this.output.write(`${csi}?1049h${csi}?25l`);
    this.input.setRawMode(true);
    this.input.setEncoding('utf8');
    this.input.on('data', this.onKeys);
    this.input.resume();
    this.timer = setInterval(() => this.draw(), 1000 / framesPerSecond);
  }

  /** Gives the terminal back as it was. Idempotent. */
  stop(): void {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.forget();
    this.input.off('data', this.onKeys);
    this.input.setRawMode(false);
    this.input.pause();
    this.output.write(`${csi}?25h${csi}?1049l`);
  }

  private get beatsPerBar(): number {
    return this.engine.parameters.number('beats-per-bar');
  }

  private readonly onKeys = (text: string | Buffer): void => {
    for (const key of this.strokes.read(String(text), performance.now())) void this.press(key);
  };

  private async press(key: string): Promise<void> {
    const { parameters } = this.engine;
    try {
      if (key === 'q' || key === '\u0003') this.quit();
      else if (key === 'p') await parameters.write('panic', [], 'keyboard');
      else if (key === ' ') await parameters.write(parameters.get('playing') ? 'stop' : 'continue', [], 'keyboard');
      else if (key === 't') await parameters.write('tap', [], 'keyboard');
      else if (key === up || key === down) this.choose(this.chosen + (key === down ? 1 : -1));
      else if (key === 'm' || key === 's') await this.toggle(key === 'm' ? 'mute' : 'solo');
      else if (key === '+' || key === '-') await parameters.write('decks', [this.engine.decks.length + (key === '+' ? 1 : -1)], 'keyboard');
      else if (key === '[' || key === ']') await parameters.write('nudge', [key === ']' ? nudgeMilliseconds : -nudgeMilliseconds], 'keyboard');
      else if (key >= '1' && key <= '9') {
        const pack = this.engine.packs()[Number(key) - 1];
        if (pack) await parameters.write(`deck/${this.chosen}/load`, [pack.name], 'keyboard');
      }
    } catch (cause) {
      this.message = ContinuoError.from(cause, 'badValue').message;
    }
  }

  private choose(number: number): void {
    this.chosen = Math.max(1, Math.min(this.engine.decks.length, number));
  }

  private async toggle(name: string): Promise<void> {
    const { parameters } = this.engine;
    const address = `deck/${this.chosen}/${name}`;
    await parameters.write(address, [!parameters.boolean(address)], 'keyboard');
  }

  private viewOf(deck: Deck): DeckView {
    const { parameters } = this.engine;
    const prefix = `deck/${deck.number}/`;
    return {
      number: deck.number,
      pack: deck.heardPack,
      state: deck.state,
      speed: deck.timesRealTime,
      aheadBeats: deck.aheadBeats,
      inTime: deck.realTime.inTime,
      temperature: parameters.number(`${prefix}temperature`),
      muted: parameters.boolean(`${prefix}mute`),
      solo: parameters.boolean(`${prefix}solo`),
      shaping: shapingWords(deck.ahead.shaping),
      swap: this.swaps.get(deck) ?? '',
      chosen: deck.number === this.chosen,
    };
  }

  private draw(): void {
    this.choose(this.chosen);
    const { engine } = this;
    const { parameters } = engine;
    const beat = engine.position.beat();
    const lines = drawScreen({
      bpm: parameters.number('bpm'),
      leader: parameters.text('leader'),
      scene: parameters.number('scene') > 0 ? `scene ${parameters.number('scene')} ${parameters.text('scene-name')}` : '',
      playing: engine.position.playing,
      beat,
      beatsPerBar: this.beatsPerBar,
      decks: engine.decks.map((deck) => this.viewOf(deck)),
      notes: this.window.notes(beat, engine.decks.map(({ number }) => number)),
      counters: {
        sent: parameters.number('sent'),
        late: parameters.number('late'),
        dropped: parameters.number('dropped'),
        sounding: parameters.number('sounding'),
      },
      wires: engine.notices,
      packs: engine.packs().map((pack) => pack.name),
      message: this.message,
      columns: this.output.columns,
      rows: this.output.rows,
    });
    this.output.write(`${csi}H${lines.map((line) => `${line}${csi}K`).join('\r\n')}${csi}J`);
  }
}
