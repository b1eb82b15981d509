import type { Sender } from '../scheduling/sender.js';
import type { SentNotes } from './sent-notes.js';

/** The same sender, with what goes through it written down in `sent`. Thread: main. */
export function watchedSender(sender: Sender, sent: SentNotes): Sender {
  return {
    get aheadMicros() {
      return sender.aheadMicros;
    },
    addOutput: (specification) => {
      sent.offset(specification.name, specification.offsetMicros);
      return sender.addOutput(specification);
    },
    publish: (timeline) => {
      sent.follow(timeline);
      sender.publish(timeline);
    },
    transport: (change) => sender.transport(change),
    queue: (owner, notes, programs, controls) => {
      sent.queued(owner, notes, controls);
      sender.queue(owner, notes, programs, controls);
    },
    flush: (owner, fromBeat) => {
      sent.flushed(owner, fromBeat);
      sender.flush(owner, fromBeat);
    },
    silence: (owner) => {
      sent.silenced(owner);
      sender.silence(owner);
    },
    panic: () => {
      sent.cleared();
      sender.panic();
    },
    panicNow: () => sender.panicNow(),
    route: (owner, outputs) => sender.route(owner, outputs),
    limit: (owner, limits) => sender.limit(owner, limits),
    endedEarly: (owner) => sender.endedEarly(owner),
    setOffset: (output, offsetMicros) => {
      sent.offset(output, offsetMicros);
      sender.setOffset(output, offsetMicros);
    },
    counters: () => sender.counters(),
    close: () => sender.close(),
  };
}
