import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatDuration, humanize, plural } from '../../lib/format';
import { Fold } from '../../ui/Fold';

import type { Step } from './answer';

/** The tools that were used: what each was given, how long it took, and whether it worked. */
export function StepsFold({ steps }: { steps: readonly Step[] }) {
  const failed = steps.filter((step) => step.result?.isOk === false).length;
  const known = steps.map((step) => step.result?.durationMs ?? null).filter((ms) => ms !== null);
  const total = known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0);
  const names = [...new Set(steps.map((step) => nameOf(step)))].join(', ');
  return (
    <Fold
      testId="answer-steps"
      summary={
        <Typography variant="caption" component="span" noWrap>
          {names}
          {total !== null && ` · ${formatDuration(total)}`}
          {failed > 0 && ` · ${plural(failed, 'failure')}`}
        </Typography>
      }
    >
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.75 }}>
        {steps.map((step, at) => (
          <Box component="li" key={step.use?.toolUseId ?? at}>
            <Box sx={{ display: 'flex', gap: 1, justifyContent: 'space-between' }}>
              <strong>{nameOf(step)}</strong>
              <Box component="span" sx={{ color: step.result?.isOk === false ? 'error.main' : 'text.secondary' }}>
                {stateOf(step)}
              </Box>
            </Box>
            {step.use !== null && <Input input={step.use.input} />}
            {step.result?.message != null && (
              <Typography variant="caption" component="p" sx={{ m: 0 }} color={step.result.isOk ? 'textSecondary' : 'error'}>
                {step.result.message}
              </Typography>
            )}
          </Box>
        ))}
      </Box>
    </Fold>
  );
}

function nameOf(step: Step): string {
  return humanize(step.use?.name ?? step.result?.name ?? 'tool');
}

function stateOf(step: Step): string {
  if (step.result === null) return 'at work';
  const took = step.result.durationMs === null ? '' : formatDuration(step.result.durationMs);
  if (step.result.isOk) return took;
  return took === '' ? 'failed' : `failed · ${took}`;
}

function Input({ input }: { input: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  if (entries.length === 0) return null;
  return (
    <Box component="dl" sx={{ m: 0, display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 1, '& dd': { m: 0, overflowWrap: 'anywhere' } }}>
      {entries.map(([name, value]) => (
        <Box key={name} sx={{ display: 'contents' }}>
          <Box component="dt" sx={{ color: 'text.secondary' }}>
            {name}
          </Box>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </Box>
      ))}
    </Box>
  );
}
