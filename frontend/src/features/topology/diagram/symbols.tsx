import type { ReactNode } from 'react';

/** Symbols on a line at height 0, in the usual signs of one-line diagrams. Open and closed differ in shape. */
interface SwitchProps {
  kind: string;
  isOpen: boolean;
  /** Of its lines, and of what is filled. */
  colour: string;
  /** Of what lies on a filled sign, and inside of an open one. */
  ground: string;
}

/** Half the width a sign takes of its line. */
export const HALF = 13;

export function SwitchSymbol({ kind, isOpen, colour, ground }: SwitchProps) {
  switch (kind) {
    case 'BREAKER':
      return <Square isOpen={isOpen} colour={colour} ground={ground} letter={null} />;
    case 'RECLOSER':
      return <Square isOpen={isOpen} colour={colour} ground={ground} letter="R" />;
    case 'SECTIONALIZER':
      return <Square isOpen={isOpen} colour={colour} ground={ground} letter="S" />;
    case 'FUSE':
      return <Fuse isOpen={isOpen} colour={colour} ground={ground} />;
    default:
      return <Blade isOpen={isOpen} colour={colour} ground={ground} />;
  }
}

/** A square: filled closed, empty open; with a letter for what is no plain breaker. */
function Square({ isOpen, colour, ground, letter }: Omit<SwitchProps, 'kind'> & { letter: string | null }) {
  return (
    <>
      <Leads colour={colour} reach={9} />
      <rect x={-9} y={-9} width={18} height={18} rx={1} fill={isOpen ? ground : colour} stroke={colour} strokeWidth={2} />
      {letter !== null && (
        <text y={4.5} textAnchor="middle" fontSize={12} fontWeight={700} fill={isOpen ? colour : ground}>
          {letter}
        </text>
      )}
    </>
  );
}

/** A cartridge on the line; dropped out of it when open. */
function Fuse({ isOpen, colour, ground }: Omit<SwitchProps, 'kind'>) {
  return (
    <>
      <Leads colour={colour} reach={11} />
      <g transform={isOpen ? 'translate(-11 0) rotate(-38)' : 'translate(-11 0)'}>
        <rect x={0} y={-5} width={22} height={10} fill={ground} stroke={colour} strokeWidth={1.6} />
        <line x1={0} x2={22} y1={0} y2={0} stroke={colour} strokeWidth={1.6} />
      </g>
      {isOpen && <Contacts colour={colour} reach={11} />}
    </>
  );
}

/** A knife switch: its blade lies on the contact, or stands off it. */
function Blade({ isOpen, colour }: Omit<SwitchProps, 'kind'>) {
  return (
    <>
      <Leads colour={colour} reach={11} />
      <line x1={-11} y1={0} x2={isOpen ? 8 : 11} y2={isOpen ? -13 : 0} stroke={colour} strokeWidth={2.4} strokeLinecap="round" />
      <Contacts colour={colour} reach={11} />
    </>
  );
}

function Leads({ colour, reach }: { colour: string; reach: number }) {
  return (
    <>
      <line x1={-HALF} x2={-reach} y1={0} y2={0} stroke={colour} strokeWidth={2} />
      <line x1={reach} x2={HALF} y1={0} y2={0} stroke={colour} strokeWidth={2} />
    </>
  );
}

function Contacts({ colour, reach }: { colour: string; reach: number }) {
  return (
    <>
      <circle cx={-reach} r={2.4} fill={colour} />
      <circle cx={reach} r={2.4} fill={colour} />
    </>
  );
}

/** A two-winding transformer: two circles, one over the other, below a line at height 0. */
export function TransformerSymbol({ colour, ground, stem = 6, radius = 5 }: { colour: string; ground: string; stem?: number; radius?: number }) {
  return (
    <g fill="none" stroke={colour} strokeWidth={1.5}>
      <line y1={0} y2={stem} />
      <circle cy={stem + radius} r={radius} fill={ground} />
      <circle cy={stem + radius * 2.3} r={radius} />
    </g>
  );
}

/** As many strokes across a line as it has phases. */
export function PhaseTicks({ count, colour }: { count: number; colour: string }) {
  return (
    <g stroke={colour} strokeWidth={1.3}>
      {Array.from({ length: count }, (_, i) => (
        <line key={i} x1={i * 4 - 2} x2={i * 4 + 2} y1={5} y2={-5} />
      ))}
    </g>
  );
}

/** A text that ends before it runs into what is beside it; the whole one on hovering. */
export function Label({ x, y, text, room, colour, anchor = 'start', size = 12, weight = 400 }: {
  x: number;
  y: number;
  text: string;
  /** Pixels it may take. */
  room: number;
  colour: string;
  anchor?: 'start' | 'middle' | 'end';
  size?: number;
  weight?: number;
}): ReactNode {
  return (
    <text x={x} y={y} fontSize={size} fontWeight={weight} fill={colour} textAnchor={anchor}>
      {clipped(text, room, size)}
    </text>
  );
}

/** Mean width of a character over the height of its letters. */
const CHARACTER = 0.51;

export function clipped(text: string, room: number, size = 12): string {
  const most = Math.max(1, Math.floor(room / (size * CHARACTER)));
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}
