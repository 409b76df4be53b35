import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatNumber, formatQuantity, humanize } from '../../../lib/format';
import { FactList } from '../../../ui/FactList';
import { AssetLink } from '../links';
import { formatHours } from '../words';

import type { Plan, Step } from './queries';

/** The job chosen in the chart. */
export function JobFacts({ step, steps, plan }: { step: Step | null; steps: readonly Step[]; plan: Plan }) {
  if (step === null) {
    return (
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 1 }}>
        Click a job, or use the arrow keys in the chart, to see what it requires and brings back.
      </Typography>
    );
  }
  const parent = steps.find(({ assetId }) => assetId === step.parentId);
  const waiting = steps.filter(({ parentId }) => parentId === step.assetId);
  return (
    <Box sx={{ mt: 1, maxWidth: 640 }} data-testid="job-facts" aria-live="polite">
      <Typography variant="h3" component="h4" sx={{ mb: 0.5 }}>
        Job {step.sequence}: {humanize(step.kind)}, <AssetLink id={step.assetId}>{step.name ?? step.assetId}</AssetLink>
      </Typography>
      <FactList
        facts={[
          { label: 'Requires', value: step.parentId === null ? 'nothing else' : parent === undefined ? step.parentId : `job ${parent.sequence}: ${parent.name ?? parent.assetId}` },
          { label: 'Required by', value: waiting.length === 0 ? 'no other job' : waiting.map(({ sequence }) => `job ${sequence}`).slice(0, 12).join(', ') },
          { label: 'Crew', value: `${step.crew}${step.needsCrew === null ? '' : `, equipped for ${humanize(step.needsCrew).toLowerCase()} work`}` },
          { label: 'Drives', value: plan.hasTravel ? `${formatHours(step.leavesH)} to ${formatHours(step.startsH)}` : 'not counted' },
          { label: 'Repairs', value: `${formatHours(step.startsH)} to ${formatHours(step.finishedH)}` },
          { label: 'Energised', value: `${formatHours(step.energisedH)}; P20 ${formatHours(step.p20H)}, P50 ${formatHours(step.p50H)}, P80 ${formatHours(step.p80H)}` },
          { label: 'Brings back', value: `${formatQuantity(step.restoresMw, 'MW', 1)}, ${step.customers === null ? 'customers not on record' : `${formatNumber(step.customers)} customers`}` },
          {
            label: 'Simulated',
            value:
              step.verifiedRestoredMw === null
                ? 'not simulated'
                : `${formatQuantity(step.verifiedRestoredMw, 'MW', 1)} back in all${step.wouldTrip === null || step.wouldTrip === 0 ? '' : `; ${formatNumber(step.wouldTrip)} branches overloaded: redispatch first`}`,
          },
        ]}
      />
    </Box>
  );
}
