/** How a model that computes on another machine is reached: counts since it was loaded, times of its last requests. */
export interface LinkFigures {
  /** Requests answered. */
  readonly trips: number;
  readonly medianMilliseconds: number;
  /** 95 of 100 requests take no longer. */
  readonly p95Milliseconds: number;
  /** Times a request had to be sent again, or the machine to be asked whether it is back. */
  readonly reconnects: number;
  /** Requests that took longer than they should. */
  readonly timeouts: number;
}

/** Of a model that computes here. */
export const noLink: LinkFigures = { trips: 0, medianMilliseconds: 0, p95Milliseconds: 0, reconnects: 0, timeouts: 0 };
