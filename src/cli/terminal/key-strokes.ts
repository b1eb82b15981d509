/** What a terminal sends in several goes comes within this time; a hand is slower. */
const togetherMilliseconds = 100;
/** A key that is no character comes as a sequence (CSI or SS3; the Linux console has `[[A`), one with Alt as an escape before it. */
const keyStroke = /\u001b(?:\[\[[^]|\[[0-?]*[ -/]*[@-Z\\-~]|O[0-?]*[@-~]|[^])|[^]/gu;
const begunSequence = /\u001b(?:\[\[|[[O][0-?]*[ -/]*)?$/;

/** Cuts what a terminal sends into keys, each a character or a whole sequence. Thread: main. */
export class KeyStrokes {
  private begun = '';
  private begunAt = -Infinity;

  /** The keys that are complete with what came at a time, in milliseconds; the rest of a sequence may still come. */
  read(text: string, atMilliseconds: number): readonly string[] {
    const whole = atMilliseconds - this.begunAt <= togetherMilliseconds ? this.begun + text : text;
    this.begun = begunSequence.exec(whole)?.[0] ?? '';
    this.begunAt = atMilliseconds;
    return whole.slice(0, whole.length - this.begun.length).match(keyStroke) ?? [];
  }
}
