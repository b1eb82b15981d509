/** A value a wire can carry. */
export type ParameterValue = number | string | boolean;

export type ParameterScope = 'engine' | 'deck';

interface Entry {
  /** Dash-case, unique within its scope, e.g. `top-p`. */
  readonly name: string;
  readonly scope: ParameterScope;
  /** One sentence. */
  readonly description: string;
  /** Default MIDI controller number, where it has one. */
  readonly controller?: number;
}

/** A value that can be read and, unless `readOnly`, set. */
export interface ValueParameter extends Entry {
  readonly kind: 'value';
  readonly type: 'float' | 'integer' | 'boolean' | 'text' | 'choice';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  readonly default: ParameterValue;
  readonly unit: string;
  readonly readOnly?: boolean;
}

/** Something that happens when written to. */
export interface ActionParameter extends Entry {
  readonly kind: 'action';
  readonly arguments: readonly ActionArgument[];
  /** More of them may follow: words and their values in turn, as the description says. */
  readonly words?: boolean;
}

export interface ActionArgument {
  readonly name: string;
  readonly type: 'float' | 'integer' | 'boolean' | 'text';
  readonly optional?: boolean;
}

export type Parameter = ValueParameter | ActionParameter;
