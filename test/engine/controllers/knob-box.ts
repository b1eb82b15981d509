import type { ControllerListener, ControllerPlace, ControllerSource } from '../../../src/engine/contracts/controller-source.js';

/** A box of knobs that shows what it is told to. */
export class KnobBox implements ControllerSource {
  readonly shown: (readonly [channel: number, controller: number, value: number])[] = [];
  private listener: ControllerListener | undefined;

  constructor(readonly name = 'box') {}

  start(listener: ControllerListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  show({ channel, controller }: ControllerPlace, value: number): void {
    this.shown.push([channel, controller, value]);
  }

  turn(channel: number, controller: number, ...values: readonly number[]): void {
    for (const value of values) this.listener?.moved({ channel, controller }, value);
  }

  comeBack(): void {
    this.listener?.returned?.();
  }

  choose(channel: number, program: number): void {
    this.listener?.programChosen(channel, program);
  }
}
