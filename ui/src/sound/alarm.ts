// The alarm tone: two short beeps, made here, so that no file has to be loaded.

let context: AudioContext | undefined;

/** To be called from a key press or click: engines let a page sound only after one. */
export function allowTone(): void {
  try {
    context ??= new AudioContext();
    context.resume().catch(() => undefined);
  } catch {
    // A computer without a loudspeaker still records, and still shows its alarms.
  }
}

/** Sounds the alarm once; silent where no press or click has allowed sound. */
export function soundAlarm(): void {
  if (context?.state !== "running") return;
  for (const [start, pitch] of [
    [0, 880],
    [0.22, 660],
  ] as const) {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const from = context.currentTime + start;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.0001, from);
    loudness.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, from + 0.18);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.2);
  }
}
