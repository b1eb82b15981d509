import { setTimeout as pause } from 'node:timers/promises';

/** So many datagrams fit into the buffer that any system gives a socket, and are what Node takes from it in one turn. */
const atOnce = 32;
const pauseMilliseconds = 2;

/** Does something for each item, with a pause after so many: a receiver loses what its socket has no room for. Thread: main. */
export async function paced<Item>(items: readonly Item[], perform: (item: Item) => void): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce) {
    if (start > 0) await pause(pauseMilliseconds, undefined, { ref: false });
    items.slice(start, start + atOnce).forEach(perform);
  }
}
