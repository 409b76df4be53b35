import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { Fold } from '../../ui/Fold';

import { EconomicsPanel } from './EconomicsPanel';
import type { RegulatoryItem } from './EconomicsPanel';
import { FieldGrid, NumberField } from './Field';
import { Part } from './Part';
import type { TabProps } from './context';
import { typed } from './fields';
import type { NumberRule } from './fields';
import { RowsEditor } from './forms/RowsEditor';
import { hasFault, numberAt } from './forms/rows';
import type { Row, RowField } from './forms/rows';
import { useTexts } from './forms/useTexts';
import { inputLine } from './inputLine';

const RULES = {
  lowH: { label: 'Losses last, low', unit: 'h', min: 0, isRequired: true },
  midH: { label: 'mid', unit: 'h', min: 0, isRequired: true },
  highH: { label: 'high', unit: 'h', min: 0, isRequired: true },
} as const satisfies Record<string, NumberRule>;
const USD: NumberRule = { label: 'Dollars', unit: '$', min: 0, isRequired: true };
const ITEM_FIELDS: readonly RowField[] = [
  { name: 'name', label: 'Name', widthPx: 220, isRequired: true },
  { name: 'lowUsd', label: 'Low', rule: USD },
  { name: 'midUsd', label: 'mid', rule: USD },
  { name: 'highUsd', label: 'high', rule: USD },
];
const MOST_ITEMS = 20;

/** What the run did and cost; how long losses last is yours to say, or a plan's. */
export function SummaryTab({ run, view, change, studies }: TabProps) {
  const texts = useTexts<keyof typeof RULES>(RULES, {
    lowH: typed(view.hours?.lowH ?? null),
    midH: typed(view.hours?.midH ?? null),
    highH: typed(view.hours?.highH ?? null),
  });
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [items, setItems] = useState<readonly RegulatoryItem[]>([]);
  const [isRefused, setRefused] = useState(false);
  const plans = studies.all?.filter(({ kind, job }) => kind === 'RESTORATION' && job.status === 'SUCCEEDED') ?? [];
  const plan = plans.find(({ studyId }) => studyId === view.plan)?.studyId ?? null;

  const apply = (): void => {
    texts.check();
    const [lowH, midH, highH] = [texts.value('lowH'), texts.value('midH'), texts.value('highH')];
    const isOrdered = lowH !== null && midH !== null && highH !== null && lowH <= midH && midH <= highH;
    const isFaulty = hasFault(ITEM_FIELDS, rows);
    setRefused(!isOrdered || isFaulty);
    if (!isOrdered || isFaulty) return;
    setItems(
      rows.map((row) => ({ name: (row.name ?? '').trim(), lowUsd: numberAt(row, 'lowUsd', USD), midUsd: numberAt(row, 'midUsd', USD), highUsd: numberAt(row, 'highUsd', USD) })),
    );
    change({ hours: { lowH, midH, highH }, plan: null });
  };
  return (
    <>
      <Part title="How long do losses last?" note="The run says what was lost, not for how long" testId="durations">
        <Box
          component="form"
          noValidate
          aria-label="How long losses last"
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <FieldGrid minPx={150}>
            <NumberField {...texts.props('lowH')} testId="low-h" />
            <NumberField {...texts.props('midH')} testId="mid-h" />
            <NumberField {...texts.props('highH')} testId="high-h" />
            <Button type="submit" variant="contained" sx={{ mt: 0.25, justifySelf: 'start' }} data-testid="work-out">
              Work out the cost
            </Button>
            {plans.length > 0 && (
              <TextField
                select
                label="or as in the plan"
                value={plan ?? ''}
                onChange={(event) => change({ plan: event.target.value === '' ? null : event.target.value })}
                sx={{ minWidth: 200 }}
              >
                <MenuItem value="">none</MenuItem>
                {plans.map((study) => (
                  <MenuItem key={study.studyId} value={study.studyId}>
                    {study.studyId}: {inputLine(study)}
                  </MenuItem>
                ))}
              </TextField>
            )}
          </FieldGrid>
          <Fold summary="Regulatory exposure: nothing is assumed" isOpenAtFirst={rows.length > 0}>
            <RowsEditor
              title="What a regulator may claim"
              help="Kept in a ledger of its own. It is not in the address: a link does not carry it."
              fields={ITEM_FIELDS}
              rows={rows}
              empty={{ name: '', lowUsd: '', midUsd: '', highUsd: '' }}
              most={MOST_ITEMS}
              isChecked={texts.isChecked}
              onRows={setRows}
              testId="regulatory-rows"
            />
          </Fold>
          {isRefused && (
            <Alert severity="warning" variant="outlined">
              Give three numbers that do not fall from low to high.
            </Alert>
          )}
        </Box>
      </Part>
      {(view.hours !== null || plan !== null) && (
        <EconomicsPanel
          key={`${plan ?? ''} ${JSON.stringify(view.hours)} ${JSON.stringify(items)}`}
          runId={run.runId}
          title="What the run cost"
          durations={view.hours}
          planId={plan}
          regulatory={items}
        />
      )}
    </>
  );
}
