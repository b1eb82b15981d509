/** A thing that can be undone once. Disposing twice does nothing. */
export interface Disposable {
  dispose(): void;
}

/** Wraps an action so that it runs at most once. */
export function disposable(action: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      action();
    },
  };
}
