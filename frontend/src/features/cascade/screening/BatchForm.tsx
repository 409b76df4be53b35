import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useMutation, useQuery } from 'urql';

import { problemOf, problemOfInfo } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { ChoiceField } from '../scenario/ChoiceField';
import { ScenarioLibraryQuery } from '../scenario/queries';
import { LOAD_MULTIPLIER, parseSetting, RATING_MULTIPLIER, TRIP_THRESHOLD } from '../scenario/settings';

import { KINDS, readIds, readWhole } from './batch';
import type { BatchKind } from './batch';
import { StartBatchMutation } from './queries';

const PLANNING = 'planning';
const ADJUSTMENTS = [
  { value: 'NONE', label: 'Nothing', help: '' },
  { value: 'SHARE_HEADROOM', label: 'Units share the load alike', help: 'In every island all run at the same share of their capacity' },
] as const;

interface Props {
  canStart: boolean;
  onStarted: (batchId: string) => void;
}

/** Starts thousands of cascades at once. */
export function BatchForm({ canStart, onStarted }: Props) {
  const id = useId();
  const [{ data }] = useQuery({ query: ScenarioLibraryQuery });
  const [{ fetching }, start] = useMutation(StartBatchMutation);
  const [kind, setKind] = useState<BatchKind>('N1_BRANCH');
  const [scenario, setScenario] = useState(PLANNING);
  const [load, setLoad] = useState('1');
  const [rating, setRating] = useState('1');
  const [threshold, setThreshold] = useState('100');
  const [count, setCount] = useState('1000');
  const [seed, setSeed] = useState('0');
  const [ids, setIds] = useState('');
  const [adjustment, setAdjustment] = useState<(typeof ADJUSTMENTS)[number]['value']>('NONE');
  const [name, setName] = useState('');
  const [refusal, setRefusal] = useState<Problem | null>(null);

  const isDrawn = kind === 'N2_RANDOM' || kind === 'MONTE_CARLO';
  const takesIds = kind === 'N1_1' || kind === 'N2_SCREENED';
  const hasScenario = scenario !== PLANNING;
  const numbers = { load: parseSetting(load, LOAD_MULTIPLIER), rating: parseSetting(rating, RATING_MULTIPLIER), threshold: parseSetting(threshold, TRIP_THRESHOLD) };
  const draws = readWhole(count, 1);
  const drawSeed = readWhole(seed, 0);
  const problems = {
    load: !hasScenario && 'problem' in numbers.load ? numbers.load.problem : undefined,
    rating: !hasScenario && 'problem' in numbers.rating ? numbers.rating.problem : undefined,
    threshold: !hasScenario && 'problem' in numbers.threshold ? numbers.threshold.problem : undefined,
    count: isDrawn && draws === null ? 'A whole number from 1' : undefined,
    seed: isDrawn && drawSeed === null ? 'A whole number from 0' : undefined,
    scenario: kind === 'MONTE_CARLO' && !hasScenario ? 'Draws need a scenario' : undefined,
  };
  const hasProblem = Object.values(problems).some((problem) => problem !== undefined);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (hasProblem) return;
    setRefusal(null);
    const { load: loads, rating: ratings, threshold: thresholds } = numbers;
    const named = readIds(ids);
    const result = await start({
      input: {
        kind,
        name: name.trim() === '' ? null : name.trim(),
        ...(hasScenario
          ? { scenarioId: scenario }
          : {
              loadMultiplier: 'value' in loads ? (loads.value ?? 1) : 1,
              ratingMultiplier: 'value' in ratings ? (ratings.value ?? 1) : 1,
              ...('value' in thresholds && thresholds.value !== 1 && { options: { trip_threshold_frac: thresholds.value } }),
            }),
        ...(isDrawn && { count: draws, seed: String(drawSeed ?? 0) }),
        ...(kind === 'N1_1' && { firstLosses: named, adjustment }),
        ...(kind === 'N2_SCREENED' && { branches: named }),
      },
    });
    if (result.error !== undefined) setRefusal(problemOf(result.error));
    else if (result.data?.startCascadeBatch.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.startCascadeBatch));
    else if (result.data?.startCascadeBatch.__typename === 'CascadeBatch') onStarted(result.data.startCascadeBatch.batchId);
  };

  const text = (label: string, value: string, onText: (text: string) => void, problem: string | undefined, help = ' ') => (
    <TextField
      id={`${id}-${label}`}
      label={label}
      value={value}
      onChange={(event) => onText(event.target.value)}
      error={problem !== undefined}
      helperText={problem ?? help}
      slotProps={{ htmlInput: { inputMode: 'decimal', maxLength: 20 } }}
    />
  );
  return (
    <Box component="form" noValidate onSubmit={(event) => void submit(event)} aria-label="New screening" data-testid="batch-form">
      <ChoiceField label="What goes out" value={kind} choices={KINDS.map(({ key, label, help }) => ({ value: key, label, help }))} testId="batch-kind" onValue={setKind} />
      <TextField
        id={`${id}-scenario`}
        select
        fullWidth
        label="Under"
        value={scenario}
        onChange={(event) => setScenario(event.target.value)}
        error={problems.scenario !== undefined}
        helperText={problems.scenario ?? ' '}
        sx={{ mt: 1 }}
      >
        <MenuItem value={PLANNING}>Planning case</MenuItem>
        {data?.scenarios.edges.map(({ node }) => (
          <MenuItem key={node.id} value={node.scenarioId}>
            {node.name}
          </MenuItem>
        ))}
      </TextField>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(120px, 1fr))', gap: 1 }}>
        {!hasScenario && (
          <>
            {text('Load ×', load, setLoad, problems.load)}
            {text('Ratings ×', rating, setRating, problems.rating)}
            {text('Trips from, %', threshold, setThreshold, problems.threshold, 'of the rating')}
          </>
        )}
        {isDrawn && (
          <>
            {text('How many', count, setCount, problems.count)}
            {text('Seed', seed, setSeed, problems.seed)}
          </>
        )}
      </Box>
      {takesIds && (
        <TextField
          id={`${id}-ids`}
          fullWidth
          multiline
          maxRows={4}
          label={kind === 'N1_1' ? 'First losses, by id' : 'Branches to pair, by id'}
          value={ids}
          onChange={(event) => setIds(event.target.value)}
          helperText={kind === 'N1_1' ? 'Empty: every branch' : 'Empty: all'}
          sx={{ mb: 1 }}
        />
      )}
      {kind === 'N1_1' && <ChoiceField label="Between the losses" value={adjustment} choices={ADJUSTMENTS} testId="batch-adjustment" onValue={setAdjustment} />}
      <TextField id={`${id}-name`} fullWidth label="Name (optional)" value={name} onChange={(event) => setName(event.target.value)} slotProps={{ htmlInput: { maxLength: 120 } }} />
      {refusal !== null && (
        <Alert severity="error" variant="outlined" sx={{ mt: 1 }} data-testid="batch-refused" data-code={refusal.code}>
          {refusal.message}
        </Alert>
      )}
      <Button type="submit" variant="contained" disabled={!canStart || hasProblem} loading={fetching} title={canStart ? undefined : 'Your account may not start screenings'} sx={{ mt: 1 }} data-testid="batch-start">
        Start
      </Button>
      {!canStart && (
        <Alert severity="info" variant="outlined" sx={{ mt: 1 }} data-testid="may-not-screen">
          Your account may look at screenings but not start them.
        </Alert>
      )}
    </Box>
  );
}
