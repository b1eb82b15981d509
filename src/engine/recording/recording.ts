import type { OutputSpecification } from '../contracts/output.js';
import type { EngineEvent } from '../events.js';
import type { HeardNews } from '../listening/hearing.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import { NoteFeed } from '../scheduling/note-feed.js';
import { SavedTakes } from './saved-takes.js';
import { keepNewest, TakeJournal } from './take-journal.js';
import { takeOutputName, type PlayedMessage } from './take-output.js';
import { TakeWriter, type SessionPlace } from './take-writer.js';

/** Takes that are kept besides the one that goes on. */
const keptTakeCount = 20;
/** A take keeps about as many beats as this makes at 120 beats a minute; see the journal. */
const segmentMinutes = 8;

export interface RecordingParts {
  readonly parameters: ParameterStore;
  /** Where takes are written as they go on. */
  readonly folder: string;
  /** Where files are saved whose names are relative. */
  readonly saveFolder: string;
  /** How much of a take is kept. */
  readonly minutes: number;
  /** Where the music is, and how fast. */
  position(): SessionPlace;
}

/**
 * Writes down everything that is played and heard, always, and saves it as a MIDI file when asked. What was played is taken from
 * the send thread, as it left. Thread: main. Blocks: no.
 */
export class Recording {
  private readonly feed = new NoteFeed<PlayedMessage>((messages) => messages.forEach((message) => this.writer.played(message)));
  private readonly journal: TakeJournal;
  private readonly writer: TakeWriter;
  private readonly saved: SavedTakes;
  private isPlaying = false;

  constructor(private readonly parts: RecordingParts) {
    const { parameters, folder, minutes } = parts;
    const name = `take-${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`;
    this.journal = new TakeJournal(folder, name, Math.ceil(minutes / segmentMinutes) + 1, (error) => parameters.report(error, takeOutputName));
    this.writer = new TakeWriter(() => parameters.number('beats-per-bar'), (line) => this.journal.add(line, this.writer.end));
    this.saved = new SavedTakes(parts.saveFolder);
    this.feed.setListeners(1);
    parameters.publish('take-folder', folder);
    parameters.handle('save-take', ([file]) => this.save(file === undefined ? name : String(file)));
    parameters.onEvent((event) => this.happened(event));
  }

  /** What the sender is to open for it. */
  get output(): OutputSpecification {
    return {
      name: takeOutputName,
      implementation: new URL('./take-output-module.js', import.meta.url).href,
      options: this.feed.far,
      transfer: [this.feed.far.port],
      renew: () => {
        const options = this.feed.renew();
        return { options, transfer: [options.port] };
      },
      leadMicros: 0,
      offsetMicros: 0,
      sendsClock: true,
      isRecord: true,
    };
  }

  /** Somebody played. */
  heard(news: HeardNews): void {
    this.writer.heard(news, this.parts.position());
  }

  /** The host has moved the music. */
  relocated(): void {
    this.writer.moved();
  }

  /** Writes what has come. Call it often: what was not written is lost in a crash. */
  async advance(): Promise<void> {
    this.parts.parameters.publish('take-notes', this.writer.notes);
    await this.journal.write();
  }

  /** Lets go of old takes. */
  async tidy(): Promise<void> {
    await keepNewest(this.parts.folder, keptTakeCount);
  }

  async close(): Promise<void> {
    this.feed.close();
    await this.journal.write();
  }

  /** Errors: `badValue` where nothing has been played or the name is taken, `recordingFailed` where it cannot be read or written. */
  private async save(name: string): Promise<void> {
    const saved = await this.saved.save(name, this.journal.name, await this.journal.read());
    this.parts.parameters.emit({ type: 'notice', sentence: `the take is saved as ${[saved, ...this.lost()].join(', without ')}` });
  }

  /** What was never written down. */
  private lost(): readonly string[] {
    const lost = [
      { count: this.feed.dropped, what: 'notes and marks that came while the engine was held up' },
      { count: this.journal.dropped, what: 'lines that the disk did not take in time' },
    ];
    return lost.filter(({ count }) => count > 0).map(({ count, what }) => `${count} ${what}`);
  }

  /** Swaps and scenes can be found again. */
  private happened(event: EngineEvent): void {
    if (event.type === 'transport') {
      // Up to a bar may be played into the downbeat that it starts with.
      if (event.playing && !this.isPlaying) this.writer.moved();
      this.isPlaying = event.playing;
    }
    if (event.type === 'swap' && event.stage === 'playing') this.writer.mark(`deck ${event.deck}`, `deck ${event.deck}: ${event.pack}`, event.atBeat ?? this.parts.position().beat);
    if (event.type === 'scene') this.writer.mark('scene', `scene ${event.number}: ${event.name}`, event.atBeat);
  }
}
