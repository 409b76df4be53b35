import TextField from '@mui/material/TextField';

import { FieldGrid, Flag } from '../Field';

import type { PlanInputs } from './usePlanInputs';

/** What goes before all else in the order of repairs. */
export function OrderOptions({ plan }: { plan: PlanInputs }) {
  return (
    <FieldGrid minPx={260}>
      <Flag label="Substations with critical customers first" isOn={plan.isCriticalFirst} onChange={plan.onCriticalFirst} />
      <TextField
        label="Substations that go first"
        value={plan.substations}
        onChange={(event) => plan.onSubstations(event.target.value)}
        helperText="Ids, separated by commas."
        slotProps={{ htmlInput: { maxLength: 2000 }, formHelperText: { sx: { mx: 0 } } }}
      />
    </FieldGrid>
  );
}
