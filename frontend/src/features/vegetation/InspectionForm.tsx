import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

import { notices, useChange } from '../../lib/changes';
import { humanize } from '../../lib/format';

import { RecordInspection } from './mutations';
import type { TreeRisk } from './queries';
import { treeName } from './words';

/** By ISA TRAQ, from the least to the most likely. */
const LIKELIHOODS = ['IMPROBABLE', 'POSSIBLE', 'PROBABLE', 'IMMINENT'] as const;
const LEANS = ['TOWARD', 'UPRIGHT', 'AWAY'] as const;
const NOT_NOTED = 'NOT_NOTED';

/** What an inspection found. It is kept for good, so it is sent only when all is filled in. */
export function InspectionForm({ tree, onDone }: { tree: TreeRisk; onDone: () => void }) {
  const record = useChange(RecordInspection);
  const [likelihood, setLikelihood] = useState<string>('');
  const [lean, setLean] = useState<string>(NOT_NOTED);
  const [note, setNote] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (likelihood === '') return;
    setBusy(true);
    const { problem } = await record({
      input: {
        treeId: tree.assetId,
        failureLikelihood: likelihood,
        lean: lean === NOT_NOTED ? null : lean,
        note: note.trim() === '' ? null : note.trim(),
      },
    });
    setBusy(false);
    if (problem !== undefined) {
      notices.set({ text: problem.message, isRefusal: true });
      return;
    }
    notices.set({ text: `The inspection of ${treeName(tree)} is recorded: ${humanize(likelihood).toLowerCase()} to fail.`, isRefusal: false });
    onDone();
  };
  return (
    <Box
      component="form"
      aria-label="Inspection"
      data-testid="inspection-form"
      onSubmit={(event) => void submit(event)}
      sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 1.25, my: 1, display: 'grid', gap: 1.25 }}
    >
      <Box sx={{ display: 'flex', gap: 1 }}>
        <TextField
          select
          required
          fullWidth
          label="Likelihood of failure"
          value={likelihood}
          onChange={(event) => setLikelihood(event.target.value)}
          slotProps={{ select: { SelectDisplayProps: { 'data-testid': 'inspection-likelihood' } as object } }}
        >
          {LIKELIHOODS.map((each) => (
            <MenuItem key={each} value={each}>
              {humanize(each)}
            </MenuItem>
          ))}
        </TextField>
        <TextField select fullWidth label="Lean" value={lean} onChange={(event) => setLean(event.target.value)}>
          <MenuItem value={NOT_NOTED}>Not noted</MenuItem>
          {LEANS.map((each) => (
            <MenuItem key={each} value={each}>
              {each === 'TOWARD' ? 'Toward the line' : humanize(each)}
            </MenuItem>
          ))}
        </TextField>
      </Box>
      <TextField fullWidth label="Note" value={note} onChange={(event) => setNote(event.target.value)} slotProps={{ htmlInput: { maxLength: 2000 } }} />
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
          Kept for good; a newer inspection takes its place.
        </Typography>
        <Button onClick={onDone}>Leave it</Button>
        <Button type="submit" variant="contained" disabled={likelihood === '' || isBusy} data-testid="inspection-submit">
          Record
        </Button>
      </Box>
    </Box>
  );
}
