const counters = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'];

/** Adds up the counts that node's test runner gives at the end of each run, and prints them once more in its format. */
export class Summary {
  #counts = Object.fromEntries(counters.map((name) => [name, 0]));
  #skips = [];
  #failed = false;

  /** @param {import('node:test').TestsStream} stream one run */
  watch(stream) {
    stream.on('test:diagnostic', ({ nesting, message }) => {
      const match = nesting === 0 && /^(\w+) ([\d.]+)$/.exec(message);
      if (match && counters.includes(match[1])) this.#counts[match[1]] += Number(match[2]);
    });
    stream.on('test:fail', ({ todo }) => {
      if (todo === undefined) this.#failed = true;
    });
    stream.on('test:pass', ({ name, skip }) => {
      if (skip !== undefined) this.#skips.push(`${name}: ${typeof skip === 'string' ? skip : 'no reason given'}`);
    });
  }

  /** Skipped tests with their reasons. */
  get skips() {
    return this.#skips;
  }

  /** A run that found nothing to test has not passed. */
  get passed() {
    return !this.#failed && this.#counts.tests > 0;
  }

  /** Lines such as `# tests 12`. */
  lines() {
    return counters.map((name) => `# ${name} ${name === 'duration_ms' ? Math.round(this.#counts[name]) : this.#counts[name]}`);
  }
}
