import type { ActionParameter, ValueParameter } from '../parameter.js';

export function value(entry: Omit<ValueParameter, 'kind'>): ValueParameter {
  return { kind: 'value', ...entry };
}

export function action(entry: Omit<ActionParameter, 'kind'>): ActionParameter {
  return { kind: 'action', ...entry };
}
