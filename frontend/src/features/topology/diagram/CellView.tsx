import { memo } from 'react';

import { formatNumber, humanize } from '../../../lib/format';
import type { UnitSystem } from '../../../lib/units';
import { SIZES } from '../layout/circuit';
import type { Cell } from '../layout/circuit';
import type { Device, Run } from '../model/contract';
import { neighbourOf, shortId } from '../model/records';
import type { Supply } from '../model/supply';

import type { Ink } from './ink';
import { HALF, Label, PhaseTicks, SwitchSymbol, TransformerSymbol } from './symbols';
import { customersOf, phasesOf, runTitle, unitsText } from './words';

export interface CellLook {
  /** At its left and at its right. */
  supply: [Supply, Supply];
  isOpen: boolean;
  isOffNormal: boolean;
  order: 'open' | 'separate' | 'reclose' | null;
  studied: { number: number; opens: boolean } | null;
  isFound: boolean;
  isFaulted: boolean;
  isSelected: boolean;
}

interface Props {
  cell: Cell;
  circuitId: string;
  look: CellLook;
  ink: Ink;
  units: UnitSystem;
}

const TOP = -44;
const HEIGHT = 82;

/** One part of the diagram, on its line. */
export const CellView = memo(function CellView({ cell, circuitId, look, ink, units }: Props) {
  const { item, width } = cell;
  const lineEnd = item.kind === 'switch' ? SIZES.switch : width;
  return (
    <>
      <rect
        x={1}
        y={TOP}
        width={width - 2}
        height={HEIGHT}
        rx={4}
        fill={look.isSelected ? ink.selection : 'transparent'}
        stroke={look.isSelected ? ink.accent : 'none'}
        strokeWidth={1.5}
      />
      {look.isFound && <line x1={0} x2={lineEnd} stroke={ink.accent} strokeWidth={11} opacity={0.38} />}
      {look.isFaulted && <line x1={0} x2={lineEnd} stroke={ink.bad} strokeWidth={13} strokeDasharray="3 3" opacity={0.75} />}
      {item.kind === 'switch' ? (
        <SwitchView device={item} circuitId={circuitId} look={look} ink={ink} />
      ) : (
        <RunView run={item} width={width} circuitId={circuitId} supply={look.supply[0]} ink={ink} units={units} />
      )}
    </>
  );
});

export function Wire({ x1, y1, x2, y2, supply, ink }: { x1: number; y1: number; x2: number; y2: number; supply: Supply; ink: Ink }) {
  const at = { x1, y1, x2, y2 };
  switch (supply) {
    case 'OWN':
      return <line {...at} stroke={ink.live} strokeWidth={2} />;
    case 'TIED':
      return (
        <>
          <line {...at} stroke={ink.tied} strokeWidth={5} />
          <line {...at} stroke={ink.ground} strokeWidth={1.6} />
        </>
      );
    case 'BOTH':
      return <line {...at} stroke={ink.warn} strokeWidth={4} strokeDasharray="10 2 2 2" />;
    case 'NONE':
      return <line {...at} stroke={ink.dead} strokeWidth={2} strokeDasharray="4 4" />;
  }
}

/** The colour of what a line of this supply leads to. */
export const SUPPLY_INK: Readonly<Record<Supply, 'live' | 'tied' | 'warn' | 'dead'>> = { OWN: 'live', TIED: 'tied', BOTH: 'warn', NONE: 'dead' };

function RunView({ run, width, circuitId, supply, ink, units }: { run: Run; width: number; circuitId: string; supply: Supply; ink: Ink; units: UnitSystem }) {
  const colour = ink[SUPPLY_INK[supply]];
  const phases = phasesOf(run);
  return (
    <>
      <Wire x1={0} y1={0} x2={width} y2={0} supply={supply} ink={ink} />
      <Label x={8} y={-10} text={runTitle(run, circuitId, units)} room={width - 12} colour={ink.text} />
      {phases !== null && (
        <g transform={`translate(${width - 18} 0)`}>
          <PhaseTicks count={phases} colour={colour} />
        </g>
      )}
      {run.units.length > 0 && (
        <>
          <g transform="translate(18 0)">
            <TransformerSymbol colour={colour} ground={ink.ground} />
          </g>
          <Label x={32} y={19} text={unitsText(run)} room={width - 34} colour={ink.text} />
          <Label x={32} y={33} text={`${formatNumber(customersOf(run))} cust.`} room={width - 34} colour={ink.muted} />
        </>
      )}
    </>
  );
}

function SwitchView({ device, circuitId, look, ink }: { device: Device; circuitId: string; look: CellLook; ink: Ink }) {
  const { switch: of, end } = device;
  const middle = SIZES.switch / 2;
  const [left, right] = look.supply;
  const isDead = left === 'NONE' && right === 'NONE';
  const neighbour = neighbourOf(of, circuitId);
  const name = shortId(of.assetId, circuitId).replace(/^SW-/, '');
  const kind = `${humanize(of.kind)}${of.isNormallyOpen ? ' · N.O.' : ''}`;
  const state = look.isOffNormal ? `${look.isOpen ? 'open' : 'closed'}, off normal` : kind;
  return (
    <>
      <Wire x1={0} y1={0} x2={middle - HALF} y2={0} supply={left} ink={ink} />
      <Wire x1={middle + HALF} y1={0} x2={SIZES.switch} y2={0} supply={right} ink={ink} />
      {look.isOffNormal && <circle cx={middle} r={17} fill="none" stroke={ink.warn} strokeWidth={1.6} strokeDasharray="3 2.5" />}
      <g transform={`translate(${middle} 0)`}>
        <SwitchSymbol kind={of.kind} isOpen={look.isOpen} colour={isDead ? ink.dead : ink.live} ground={ink.ground} />
      </g>
      {end === null ? (
        <Label x={middle} y={-19} text={name} room={SIZES.switch - 4} colour={ink.text} anchor="middle" />
      ) : (
        <Label x={10} y={-19} text={name} room={SIZES.switch + SIZES.end - 14} colour={ink.text} />
      )}
      <Label x={middle} y={24} text={state} room={SIZES.switch + 16} colour={look.isOffNormal ? ink.warn : ink.muted} anchor="middle" size={11} />
      {look.order !== null && <Order order={look.order} x={middle} ink={ink} />}
      {look.studied !== null && <Tag x={6} y={-43} text={`${look.studied.number} ${look.studied.opens ? 'open' : 'close'}`} colour={ink.study} ground={ink.ground} isStrong />}
      {end !== null && (
        <g transform={`translate(${SIZES.switch} 0)`}>
          <Wire x1={0} y1={0} x2={12} y2={0} supply={right} ink={ink} />
          <path d="M 12 -5 L 21 0 L 12 5 Z" fill={ink.live} />
          {end === 'ring' && <Label x={26} y={4} text="back into it" room={SIZES.end - 30} colour={ink.muted} />}
          {end === 'foreign' && neighbour === null && <Label x={26} y={4} text="another circuit" room={SIZES.end - 30} colour={ink.muted} />}
        </g>
      )}
    </>
  );
}

function Tag({ x, y, text, colour, ground, isStrong = false }: { x: number; y: number; text: string; colour: string; ground: string; isStrong?: boolean }) {
  const width = text.length * 6 + 6;
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect width={width} height={13} rx={2} fill={isStrong ? colour : ground} stroke={colour} strokeWidth={0.8} />
      <text x={width / 2} y={10} textAnchor="middle" fontSize={10} fontWeight={600} fill={isStrong ? ground : colour}>
        {text}
      </text>
    </g>
  );
}

const ORDER_WORDS = { open: '✕ open', separate: '✕ part', reclose: '↻ close' } as const;

function Order({ order, x, ink }: { order: keyof typeof ORDER_WORDS; x: number; ink: Ink }) {
  return (
    <g transform={`translate(${x} -43)`}>
      <Tag x={0} y={0} text={ORDER_WORDS[order]} colour={order === 'reclose' ? ink.good : ink.bad} ground={ink.ground} isStrong />
    </g>
  );
}
