/** Bars that are remembered: more than the longest past has. */
const mostBars = 512;

/** What bars were read as, so that none is read twice: a past whose beginning moves on, or that is moved to another key and back, costs little. */
export class ReadBars {
  private readonly latents = new Map<string, Float32Array>();

  constructor(private readonly read: (ids: readonly number[]) => Promise<Float32Array>) {}

  /** Where a bar is in the space of bars; not to be written to. */
  async latentOf(ids: readonly number[]): Promise<Float32Array> {
    const { latents } = this;
    const key = ids.join();
    const latent = latents.get(key) ?? (await this.read(ids));
    // Put last, so that the first is the one unused for longest.
    latents.delete(key);
    latents.set(key, latent);
    const [oldest] = latents.keys();
    if (latents.size > mostBars) latents.delete(oldest);
    return latent;
  }
}
