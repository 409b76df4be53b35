import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';

import { formatUsd } from '../../../lib/costs/words';
import { plural } from '../../../lib/format';
import { NumberField } from '../Field';
import { Part } from '../Part';
import type { TabProps } from '../context';
import { parseNumber } from '../fields';
import type { NumberRule } from '../fields';
import { withBudget } from '../forms/measures';
import { StartInvestment } from '../mutations';
import type { StudyRow } from '../queries';
import { useStart } from '../useStart';

import { FrontierChart } from './FrontierChart';
import { idsOf } from './frontier';
import type { Frontier, Point } from './frontier';
import type { Investment } from './queries';

const BUDGET: NumberRule = { label: 'Budget to try', unit: '$', min: 0 };
const STEPS = 200;

type Props = TabProps & {
  study: StudyRow;
  isReport: boolean;
  found: Investment;
  frontier: Frontier;
  budgetUsd: number;
  trialUsd: number | null;
  /** The best set for the tried budget. */
  trial: Point | null;
  onTrial: (budgetUsd: number | null) => void;
};

/** What other budgets would buy: at once by what measures save alone, then simulated together by a study of its own. */
export function BudgetExplorer({ study, isReport, found, frontier, budgetUsd, trialUsd, trial, onTrial, mayStart, studies, change }: Props) {
  const { isBusy, problem, start } = useStart(StartInvestment);
  const [text, setText] = useState<string | null>(null);
  const allUsd = useMemo(() => found.measures.reduce((sum, { costUsd }) => sum + costUsd, 0), [found]);
  const mostUsd = Math.max(allUsd, budgetUsd) * 1.02;
  const shownUsd = trialUsd ?? budgetUsd;

  const simulate = async (): Promise<void> => {
    const started = await start(withBudget(study.inputs, study.name, shownUsd));
    if (started === null) return;
    studies.refresh();
    change({ study: started.studyId, other: study.studyId });
  };
  return (
    <Part title="Benefit against budget" note="By what measures save alone; two may save the same load" testId="budget-explorer">
      <FrontierChart frontier={frontier} portfolio={found.portfolio} budgetUsd={budgetUsd} trialUsd={trialUsd} mostUsd={mostUsd} />
      {!isReport && (
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 2, displayPrint: 'none', mt: 1 }}>
          <Slider
            size="small"
            aria-label="Budget to try"
            min={0}
            max={mostUsd}
            step={mostUsd / STEPS}
            value={Math.min(shownUsd, mostUsd)}
            getAriaValueText={(value) => formatUsd(value)}
            valueLabelDisplay="auto"
            valueLabelFormat={(value) => formatUsd(value)}
            onChange={(_event, value) => {
              setText(null);
              onTrial(typeof value === 'number' ? value : mostUsd);
            }}
            sx={{ flex: '1 1 260px', minWidth: 200, mx: 1 }}
          />
          <NumberField
            rule={BUDGET}
            text={text ?? String(Math.round(shownUsd))}
            onText={(next) => {
              setText(next);
              const { value } = parseNumber(next, BUDGET);
              if (value !== null) onTrial(value);
            }}
            isChecked={false}
            testId="trial-budget"
          />
          <Button disabled={trialUsd === null} onClick={() => { setText(null); onTrial(null); }}>
            Back to {formatUsd(budgetUsd)}
          </Button>
          <Button
            variant="outlined"
            disabled={!mayStart || isBusy || trialUsd === null}
            title={mayStart ? undefined : 'Your account may not start studies.'}
            onClick={() => void simulate()}
            data-testid="simulate-budget"
          >
            Simulate this budget, and compare
          </Button>
        </Box>
      )}
      {trialUsd !== null && (
        <Typography variant="body2" sx={{ mt: 1 }} data-testid="trial-set" aria-live="polite">
          {formatUsd(trialUsd)} buy {plural(idsOf(trial).length, 'measure')} for {formatUsd(trial?.costUsd ?? 0)}, which alone would add up to {formatUsd(trial?.benefitUsd ?? 0)}
          {idsOf(trial).length > 0 && `: ${idsOf(trial).join(', ')}`}. What they save together is not known until it is simulated.
        </Typography>
      )}
      {!frontier.isExact && (
        <Typography variant="caption" color="textSecondary" component="p">
          There are very many sets: the curve leaves some out and may be too low.
        </Typography>
      )}
      {problem !== null && (
        <Alert severity="error" variant="outlined" data-code={problem.code} sx={{ mt: 1 }}>
          {problem.message}
        </Alert>
      )}
    </Part>
  );
}
