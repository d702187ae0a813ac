// A hint at how hard a passphrase is to guess. The rule about its length is the program's.

export type Strength = "weak" | "fair" | "strong";

/** Bits that a blind guesser needs: few kinds of characters and repeats make them fewer. */
function bits(passphrase: string): number {
  const characters = Array.from(passphrase);
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];
  const sizes = [26, 26, 10, 20];
  const alphabet = kinds.reduce((sum, kind, n) => (kind.test(passphrase) ? sum + (sizes[n] ?? 0) : sum), 0);
  const different = new Set(characters).size;
  // A word's letters are far from random: two bits each is Shannon's figure for English, rounded up.
  const perCharacter = Math.min(Math.log2(Math.max(alphabet, 2)) / 2.2, different / 3);
  return characters.length * perCharacter;
}

/** Weak below 40 bits, strong from 60. */
export function passphraseStrength(passphrase: string): Strength {
  const guessing = bits(passphrase);
  return guessing < 40 ? "weak" : guessing < 60 ? "fair" : "strong";
}
