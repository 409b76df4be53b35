import Typography from '@mui/material/Typography';

import { formatInstant, formatNumber, formatQuantity, humanize } from '../../lib/format';

import type { RiskRun } from './queries';

/** Which model said what is shown, from which records, and what it expects; or why nothing is said. */
export function RiskRunNote({ run, timeZone }: { run: RiskRun | null; timeZone: string | undefined }) {
  return (
    <Typography variant="caption" component="p" color="textSecondary" data-testid="risk-run">
      {riskRunWords(run, timeZone)}
    </Typography>
  );
}

export function riskRunWords(run: RiskRun | null, timeZone: string | undefined): string {
  if (run === null) return 'Not known: failures have never been predicted here.';
  if (run.reason != null) return `Not known: ${run.reason}`;
  const model = run.algorithm == null ? 'a model' : `${humanize(run.algorithm).toLowerCase()}, version ${formatNumber(run.modelVersion)}`;
  const trained = run.trainedOn === 'FORGED' ? ', trained on forged records' : run.trainedOn === 'RECORDS' ? ', trained on this grid’s records' : '';
  const base = run.baseRate == null ? '' : ` ${formatQuantity(run.baseRate * 100, '%', 2)} of the training rows failed within a year.`;
  return `Predicted, not observed, by ${model}${trained}, from records up to ${formatInstant(run.asOf, timeZone)}.${base}`;
}
