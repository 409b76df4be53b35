import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatInstant, formatNumber, formatQuantity, plural, UNKNOWN } from '../../../lib/format';
import { loadingClass } from '../../../lib/loadingClasses';
import { FactList } from '../../../ui/FactList';
import { css, useColours } from '../../../ui/palette';
import { findingsOf } from '../problems';
import type { Effect } from '../questions';

import { DiagramLink, Section } from './common';

type CircuitChange = Effect['circuits'][number];

/** Who loses and gains supply, what each circuit carries before and after, and what is wrong with that. */
export function EffectView({ effect, timeZone, onSelect }: { effect: Effect; timeZone: string | undefined; onSelect: (assetId: string) => void }) {
  const findings = findingsOf(effect);
  const { loses, gains, moves } = effect;
  return (
    <Box data-testid="study-effect">
      <Section title="Problems" testId="study-problems">
        {findings.length === 0 && (
          <Alert severity="success" variant="outlined" sx={{ py: 0 }}>
            None found: all stay supplied, no loop, no rating passed.
          </Alert>
        )}
        {findings.map(({ severity, text }) => (
          <Alert key={text} severity={severity} variant="outlined" sx={{ py: 0, mb: 0.5 }}>
            {text}
          </Alert>
        ))}
      </Section>
      <Section title="Supply">
        <FactList
          facts={[
            { label: 'Lose supply', value: told(loses) },
            { label: 'Get supply', value: told(gains) },
            { label: 'Fed by another circuit', value: told(moves) },
          ]}
        />
      </Section>
      <Section title="Circuits, before → after">
        <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 0.5 }}>
          Loading of the rating (the mark) · load · transformers
        </Typography>
        {effect.circuits.map((change) => (
          <CircuitRow key={change.circuitId ?? ''} change={change} onSelect={onSelect} />
        ))}
      </Section>
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 1 }}>
        Switches {effect.positions === 'PRESENT' ? 'as last heard' : 'in their normal positions'} before.{' '}
        {effect.loadBasis === 'PEAK' ? 'Loads: the peak of each transformer; sums are upper bounds.' : `Loads of the hour from ${formatInstant(effect.loadHour, timeZone)}.`} Voltage drop,
        protection and what a switch can break are not checked.
      </Typography>
    </Box>
  );
}

function told({ customerCount, transformerCount }: { customerCount: number; transformerCount: number }): string {
  return transformerCount === 0 ? 'none' : `${plural(customerCount, 'customer')}, ${plural(transformerCount, 'transformer')}`;
}

function CircuitRow({ change, onSelect }: { change: CircuitChange; onSelect: (assetId: string) => void }) {
  const { circuitId, ratedMva, before, after } = change;
  const worst = after.worstAssetId;
  return (
    <Box sx={{ mb: 1 }} data-testid={`effect-${circuitId ?? 'none'}`}>
      <Box sx={{ fontSize: '0.8125rem' }}>
        {circuitId === null ? 'Without a record' : <DiagramLink of={circuitId}>{circuitId}</DiagramLink>}{' '}
        <Typography variant="caption" color="textSecondary" component="span">
          rated {formatQuantity(ratedMva, 'MVA', 1)}
        </Typography>
      </Box>
      <Bar label="before" state={before} />
      <Bar label="after" state={after} />
      {worst !== null && (
        <Typography variant="caption" color="textSecondary" component="div">
          Loaded most after:{' '}
          <Box component="button" type="button" onClick={() => onSelect(worst)} sx={{ border: 0, p: 0, bgcolor: 'transparent', color: 'primary.main', font: 'inherit', cursor: 'pointer', minHeight: 24 }}>
            {worst}
          </Box>{' '}
          at {formatQuantity(after.worstLoadingPct, '%', 0)}
        </Typography>
      )}
    </Box>
  );
}

function Bar({ label, state }: { label: string; state: CircuitChange['before'] }) {
  const { surface } = useColours();
  const share = state.loadingPct;
  const isBound = state.unknownLoads > 0;
  const percent = share === null ? UNKNOWN : formatQuantity(share, '%', 0);
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: '44px 1fr 128px', alignItems: 'center', gap: 0.75, fontSize: '0.75rem' }}>
      <Box component="span" sx={{ color: 'text.secondary' }}>
        {label}
      </Box>
      <Box sx={{ height: 8, border: 1, borderColor: 'divider', position: 'relative' }} style={{ background: surface.page }} aria-hidden>
        {/* The scale ends at 125 %; the mark is the rating. */}
        <Box sx={{ height: '100%' }} style={{ width: `${Math.min(100, (share ?? 0) / 1.25)}%`, background: css(loadingClass(share).colour) }} />
        <Box sx={{ position: 'absolute', left: '80%', top: -3, bottom: -3, width: '1px', bgcolor: 'text.primary' }} />
      </Box>
      <span>
        {percent} · {isBound && '≥ '}
        {formatQuantity(state.loadKva / 1_000, 'MVA', 2)} · {formatNumber(state.transformerCount)}
      </span>
    </Box>
  );
}
