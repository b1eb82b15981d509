import { once } from 'node:events';
import type { Writable } from 'node:stream';

const rowsOfWrite = 4096;

/**
 * Writes tokenised files as JSON: `{"file","tokens"}` of one, an array of these where several are asked for. Written as
 * it comes, a part at a time: the text of a long file is several times as large as its ids.
 */
export class TokenPrinter {
  private count = 0;

  constructor(
    private readonly output: Writable,
    private readonly rowWidth: number,
    private readonly isList: boolean,
  ) {}

  async add(file: string, ids: Int32Array): Promise<void> {
    const before = this.isList ? (this.count === 0 ? '[' : ',') : '';
    this.count += 1;
    await this.write(`${before}{"file":${JSON.stringify(file)},"tokens":[`);
    const idsOfWrite = rowsOfWrite * this.rowWidth;
    for (let from = 0; from < ids.length; from += idsOfWrite) {
      await this.write(`${from === 0 ? '' : ','}${this.textOf(ids.subarray(from, from + idsOfWrite))}`);
    }
    await this.write(this.isList ? ']}' : ']}\n');
  }

  async finish(): Promise<void> {
    if (this.isList) await this.write(this.count === 0 ? '[]\n' : ']\n');
  }

  private textOf(ids: Int32Array): string {
    if (this.rowWidth === 1) return ids.join();
    let text = '';
    for (let at = 0; at < ids.length; at += 1) text += `${at % this.rowWidth > 0 ? ',' : at > 0 ? '],[' : '['}${ids[at]}`;
    return `${text}]`;
  }

  private async write(text: string): Promise<void> {
    if (!this.output.write(text)) await once(this.output, 'drain');
  }
}
