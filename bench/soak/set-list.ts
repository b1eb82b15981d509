/** Scenes that ask for more and fewer decks, for packs that cannot be had, for tempos that a host may refuse. */
export const setList = `title: soak
scenes:
  - name: quiet
    at: bar
    engine: { horizon: 4, commit: 1 }
    decks:
      1: { pack: perlin, gain: 0.5, transpose: -12 }
  - name: loud
    engine: { bpm: 140, horizon: 8 }
    decks:
      1: { pack: scatter, gain: 1, transpose: 0, mute: false }
      2: { pack: perlin, solo: false, swing: 66 }
  - name: prompted
    at: beat
    decks:
      1: { pack: perlin, prompt: song.mid, play-mode: continue }
      2: { density: 0.9, humanise-timing: 20 }
  - name: broken
    decks:
      1: { pack: broken, key: 3 }
      2: { pack: mortal, play-mode: answer }
  - name: crowd
    at: 2-bars
    decks:
      1: { pack: scatter, scale: major }
      2: { pack: scatter, channel: 3 }
      3: { pack: perlin, accent: 1 }
`;

export const sceneNames = ['quiet', 'loud', 'prompted', 'broken', 'crowd', 'none of these'];
