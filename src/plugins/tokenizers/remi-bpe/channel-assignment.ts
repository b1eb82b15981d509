import { drumChannel } from '../../../engine/music/note.js';
import { drumProgram } from './symbols.js';

const melodicChannels = Array.from({ length: 16 }, (_, channel) => channel).filter((channel) => channel !== drumChannel);

/** Channels for programs in order of appearance: 0..8, 10..15, then these again; drums play on channel 9. */
export class ChannelAssignment {
  private constructor(
    private readonly channels: Map<number, number>,
    /** The program each channel was last given. */
    private readonly current: Map<number, number>,
  ) {}

  static empty(): ChannelAssignment {
    return new ChannelAssignment(new Map(), new Map());
  }

  /**
   * The channel of a part, and whether it has yet to be told which program it plays.
   * @param part what is kept on a channel of its own, by default all that plays one program
   */
  use(program: number, part = program): { channel: number; isNew: boolean } {
    if (program === drumProgram) return { channel: drumChannel, isNew: false };
    const known = this.channels.get(part);
    const channel = known ?? melodicChannels[this.channels.size % melodicChannels.length];
    if (known === undefined) this.channels.set(part, channel);
    const isNew = this.current.get(channel) !== program;
    if (isNew) this.current.set(channel, program);
    return { channel, isNew };
  }

  clone(): ChannelAssignment {
    return new ChannelAssignment(new Map(this.channels), new Map(this.current));
  }
}
