import type { Rgb } from '../../lib/colourScale';
import { UNKNOWN_CLASS } from '../../lib/colourScale';
import { humanize } from '../../lib/format';

/** How urgent a tree is, the worst first. */
export const LEVELS = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'NONE'] as const;

export type Level = (typeof LEVELS)[number];

interface Look {
  colour: Rgb;
  /** Radius of its mark on the map at scale 1, pixels: the worse, the larger. */
  radiusPx: number;
  /** A mark that does not rest on colour. */
  sign: string;
  meaning: string;
}

/** Colours as the legend of the server has them. Size and sign tell the levels apart without them. */
const LOOKS: Readonly<Record<Level, Look>> = {
  CRITICAL: { colour: [240, 66, 84], radiusPx: 7, sign: '◆', meaning: 'touches the conductor, or extreme by its inspection' },
  HIGH: { colour: [245, 146, 55], radiusPx: 5.6, sign: '▲', meaning: 'within the clearance, or high by its inspection' },
  MEDIUM: { colour: [226, 208, 92], radiusPx: 4.4, sign: '●', meaning: 'within the clearance before the cycle ends, or likely to fall on the line' },
  LOW: { colour: [116, 163, 91], radiusPx: 3.2, sign: '○', meaning: 'later, or may fall on the line' },
  NONE: { colour: [72, 148, 176], radiusPx: 2.4, sign: '·', meaning: 'never' },
};

const UNKNOWN_LOOK: Look = { colour: UNKNOWN_CLASS.colour, radiusPx: 2.8, sign: '?', meaning: 'not known' };

export function levelOf(code: string | null | undefined): Level | null {
  return LEVELS.find((level) => level === code) ?? null;
}

export function lookOf(code: string | null | undefined): Look {
  const level = levelOf(code);
  return level === null ? UNKNOWN_LOOK : LOOKS[level];
}

export function levelWords(code: string | null | undefined): string {
  return code == null ? 'Unknown' : humanize(code);
}

/** Place of a level in order of urgency; unknown is null and comes last. */
export function urgency(code: string | null | undefined): number | null {
  const level = levelOf(code);
  return level === null ? null : LEVELS.length - LEVELS.indexOf(level);
}
