import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useQuery } from 'urql';

import { FieldGrid, NumberField } from '../Field';
import type { FormProps } from '../context';
import { typed } from '../fields';
import type { NumberRule } from '../fields';
import { listIn, numberIn } from '../frozen';
import { StartInvestment } from '../mutations';
import { RunTripsQuery } from '../queries';
import { useStart } from '../useStart';
import { STUDY_WORDS } from '../words';

import { FormFrame, MEND } from './FormFrame';
import { RowsEditor } from './RowsEditor';
import {
  added,
  CASE_FIELDS,
  caseOf,
  caseRow,
  EMPTY_CASE,
  EMPTY_MEASURE,
  MEASURE_FIELDS,
  measureOf,
  measureRow,
  MOST_CASES,
  MOST_MEASURES,
  repeatedName,
  suggested,
} from './measures';
import { hasFault } from './rows';
import type { Row } from './rows';
import { useTexts } from './useTexts';

const RULES = {
  budgetUsd: { label: 'Budget', unit: '$', min: 0, isRequired: true },
  years: { label: 'Benefits count for', unit: 'years', min: 0, max: 200, isAboveMin: true, isRequired: true },
  discountFrac: { label: 'Discount rate', unit: '% a year', min: 0, max: 100, factor: 0.01, isRequired: true },
} as const satisfies Record<string, NumberRule>;
const MOST_TRIPS = 10;
const MOST_OUTAGES = 20;

/** Starts a comparison of measures under a budget. */
export function InvestmentForm({ run, from, onStarted, onClose }: FormProps) {
  const inputs = from?.inputs ?? {};
  const [name, setName] = useState(from?.name ?? `Measures against ${run.name}`.slice(0, 200));
  const texts = useTexts<keyof typeof RULES>(RULES, {
    budgetUsd: typed(numberIn(inputs, 'budget_usd')),
    years: typed(numberIn(inputs, 'years')),
    discountFrac: typed(numberIn(inputs, 'discount_frac'), 0.01),
  });
  const [cases, setCases] = useState<readonly Row[]>(from === null ? [{ ...EMPTY_CASE, runId: run.runId }] : listIn(inputs, 'cases').map(caseRow));
  const [measures, setMeasures] = useState<readonly Row[]>(listIn(inputs, 'measures').map(measureRow));
  const [{ data: tripped, fetching: isLoading }] = useQuery({ query: RunTripsQuery, variables: { id: run.runId } });
  const { isBusy, problem, start } = useStart(StartInvestment);

  const trips = tripped?.cascadeRun?.waves.flatMap((wave) => wave.trips).slice(0, MOST_TRIPS) ?? [];
  const twice = repeatedName(measures);
  const isEmpty = cases.length === 0 || measures.length === 0;
  const isFaulty = name.trim() === '' || isEmpty || texts.hasFault || hasFault(CASE_FIELDS, cases) || hasFault(MEASURE_FIELDS, measures) || twice !== null;

  const submit = async (): Promise<void> => {
    texts.check();
    const [budgetUsd, years, discountFrac] = [texts.value('budgetUsd'), texts.value('years'), texts.value('discountFrac')];
    if (isFaulty || budgetUsd === null || years === null || discountFrac === null) return;
    const study = await start({ name: name.trim(), cases: cases.map(caseOf), measures: measures.map(measureOf), budgetUsd, years, discountFrac });
    if (study !== null) onStarted(study);
  };
  const fault = ((): string | null => {
    if (!texts.isChecked || !isFaulty) return null;
    if (isEmpty) return 'A comparison needs at least one run and one measure.';
    return twice === null ? MEND : `Two measures are called “${twice}”.`;
  })();
  return (
    <FormFrame label="New investment comparison" submit={STUDY_WORDS.investment.start} isBusy={isBusy} problem={problem} fault={fault} onSubmit={() => void submit()} onClose={onClose}>
      <FieldGrid>
        <TextField
          label="Name"
          value={name}
          required
          error={texts.isChecked && name.trim() === ''}
          onChange={(event) => setName(event.target.value)}
          slotProps={{ htmlInput: { maxLength: 200 } }}
        />
        <NumberField {...texts.props('budgetUsd')} testId="budget" />
        <NumberField {...texts.props('years')} testId="years" />
        <NumberField {...texts.props('discountFrac')} testId="discount" />
      </FieldGrid>
      <RowsEditor
        title="Runs"
        help="What may happen: how often in a year, and how long its losses last. All must be of one network as it was synced."
        fields={CASE_FIELDS}
        rows={cases}
        empty={EMPTY_CASE}
        most={MOST_CASES}
        isChecked={texts.isChecked}
        onRows={setCases}
        testId="case-rows"
      />
      <RowsEditor
        title="Measures"
        help="What could be done. Costs are yours: none is on record. Of one kind for one asset at most one is chosen."
        fields={MEASURE_FIELDS}
        rows={measures}
        empty={EMPTY_MEASURE}
        most={MOST_MEASURES}
        isChecked={texts.isChecked}
        onRows={setMeasures}
        testId="measure-rows"
      />
      <Box>
        <Button
          variant="outlined"
          disabled={isLoading || run.outages.length + trips.length === 0}
          onClick={() => setMeasures(added(measures, suggested(run.outages.slice(0, MOST_OUTAGES), trips), MOST_MEASURES))}
          data-testid="suggest-measures"
        >
          Add what failed first and what tripped first
        </Button>
      </Box>
    </FormFrame>
  );
}
