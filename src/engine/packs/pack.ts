/** What every surface may know of a pack on the shelf. */
export interface PackSummary {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly licence: string;
  /** Absolute folder; empty for packs that are built in. */
  readonly folder: string;
  /** One sentence when it cannot play here. */
  readonly fault?: string;
}
