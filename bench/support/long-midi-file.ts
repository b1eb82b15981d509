const header = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, 16, 1, 224];
const trackHeader = [0x4d, 0x54, 0x72, 0x6b];
const endOfTrack = [0, 0xff, 0x2f, 0];
/** Two messages of a note, with statuses and a two-byte wait. */
const bytesPerNote = 9;
const tracks = 16;

/** A MIDI file of about so many bytes: sixteen tracks, one channel each, eighth notes one after the other. */
export function longMidiFile(bytes: number): Uint8Array {
  const notes = Math.floor((bytes - header.length - tracks * 12) / tracks / bytesPerNote);
  const trackBytes = notes * bytesPerNote + endOfTrack.length;
  const file = Buffer.alloc(header.length + tracks * (trackBytes + 8));
  let at = put(file, 0, header);
  for (let channel = 0; channel < tracks; channel += 1) {
    at = put(file, at, trackHeader);
    at = file.writeUInt32BE(trackBytes, at);
    for (let note = 0; note < notes; note += 1) {
      const pitch = 36 + ((note * 7 + channel * 5) % 48);
      at = put(file, at, [0, 0x90 | channel, pitch, 40 + (note % 80), 0x81, 0x70, 0x80 | channel, pitch, 64]);
    }
    at = put(file, at, endOfTrack);
  }
  return file;
}

function put(file: Buffer, at: number, bytes: readonly number[]): number {
  file.set(bytes, at);
  return at + bytes.length;
}
