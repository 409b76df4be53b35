import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

import { fromZoned, toZoned } from '../../lib/zonedTime';

import type { Outage } from './queries';

interface Props {
  outage: Outage;
  timeZone: string;
  /** Null: computed again. */
  onSet: (p50At: string | null, p80At: string | null) => Promise<boolean>;
  onClose: () => void;
}

/** Sets when customers will be back; it stands until it is computed again. */
export function EstimateForm({ outage, timeZone, onSet, onClose }: Props) {
  const [p50, setP50] = useState(() => toZoned(outage.estimatedRestorationAt, timeZone));
  const [p80, setP80] = useState(() => toZoned(outage.estimatedRestorationP80At, timeZone));
  const p50At = fromZoned(p50, timeZone);
  const p80At = p80 === '' ? null : fromZoned(p80, timeZone);
  const p50Problem = p50At === null ? 'Give a time' : null;
  const p80Problem =
    p80 !== '' && p80At === null ? 'No such time here' : p80At !== null && p50At !== null && p80At < p50At ? 'Not before the P50' : null;
  const set = async (first: string | null, second: string | null): Promise<void> => {
    if (await onSet(first, second)) onClose();
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (p50Problem === null && p80Problem === null) void set(p50At, p80At);
  };
  return (
    <Box
      component="form"
      noValidate
      aria-label="Set the estimate"
      onSubmit={submit}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, border: 1, borderColor: 'divider', borderRadius: 1, p: 1.25, mt: 1 }}
    >
      <TextField
        type="datetime-local"
        label="As likely as not by (P50)"
        value={p50}
        onChange={(event) => setP50(event.target.value)}
        error={p50Problem !== null}
        helperText={p50Problem ?? timeZone}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <TextField
        type="datetime-local"
        label="Four times in five by (P80)"
        value={p80}
        onChange={(event) => setP80(event.target.value)}
        error={p80Problem !== null}
        helperText={p80Problem ?? timeZone}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
        <Button type="submit" variant="contained" disabled={p50Problem !== null || p80Problem !== null}>
          Set
        </Button>
        <Button variant="outlined" onClick={() => void set(null, null)}>
          Compute again
        </Button>
        <Button onClick={onClose}>Close</Button>
      </Box>
    </Box>
  );
}
