import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

import { Fold } from '../../../ui/Fold';
import type { Supply } from '../model/supply';

import { Wire } from './CellView';
import type { Ink } from './ink';
import { PhaseTicks, SwitchSymbol, TransformerSymbol } from './symbols';
import { SUPPLY_WORDS } from './words';

const SUPPLIES: readonly Supply[] = ['OWN', 'TIED', 'BOTH', 'NONE'];
const KINDS = [
  ['BREAKER', 'Breaker'],
  ['RECLOSER', 'Recloser'],
  ['SECTIONALIZER', 'Sectionalizer'],
  ['FUSE', 'Fuse'],
  ['TIE', 'Tie or load-break switch'],
] as const;

/** What the signs and the lines mean. */
export function DiagramLegend({ ink }: { ink: Ink }) {
  return (
    <Box sx={{ position: 'absolute', left: 8, bottom: 8, px: 1, py: 0.25, bgcolor: 'background.paper', border: 1, borderColor: 'divider', borderRadius: 1, maxWidth: 300, cursor: 'default' }}>
      <Fold summary="Signs and lines" testId="diagram-legend">
        {SUPPLIES.map((supply) => (
          <Entry key={supply} text={SUPPLY_WORDS[supply]}>
            <Wire x1={0} y1={0} x2={56} y2={0} supply={supply} ink={ink} />
          </Entry>
        ))}
        {KINDS.map(([kind, text]) => (
          <Entry key={kind} text={`${text}: closed, open`}>
            <g transform="translate(11 0) scale(.72)">
              <SwitchSymbol kind={kind} isOpen={false} colour={ink.live} ground={ink.ground} />
            </g>
            <g transform="translate(43 0) scale(.72)">
              <SwitchSymbol kind={kind} isOpen colour={ink.live} ground={ink.ground} />
            </g>
          </Entry>
        ))}
        <Entry text="N.O.: normally open. A dashed ring: not in its normal position">
          <circle cx={28} r={8} fill="none" stroke={ink.warn} strokeWidth={1.6} strokeDasharray="3 2.5" />
        </Entry>
        <Entry text="Transformers of the run: how many, their kVA">
          <g transform="translate(28 -8)">
            <TransformerSymbol colour={ink.live} ground={ink.ground} stem={2} radius={4} />
          </g>
        </Entry>
        <Entry text="Strokes: phases">
          <g transform="translate(24 0)">
            <PhaseTicks count={3} colour={ink.live} />
          </g>
        </Entry>
      </Fold>
    </Box>
  );
}

function Entry({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
      <svg width={58} height={20} viewBox="0 -10 58 20" aria-hidden style={{ flexShrink: 0 }}>
        {children}
      </svg>
      {text}
    </Box>
  );
}
