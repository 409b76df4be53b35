import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useMutation } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { tellChange } from '../../lib/notices';

import { DeleteSavedViewMutation, SaveViewMutation } from './queries';

interface Props {
  /** Path and query of the page. */
  address: string;
  suggestion: string;
  mayShare: boolean;
  onClose: () => void;
}

/** Gives the present view a name, under which it is found on every device. */
export function SaveViewDialog({ address, suggestion, mayShare, onClose }: Props) {
  const [name, setName] = useState(suggestion);
  const [isShared, setShared] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, save] = useMutation(SaveViewMutation);
  const [, remove] = useMutation(DeleteSavedViewMutation);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const { data, error } = await save({ input: { name: name.trim(), address, isShared } });
    if (error !== undefined) { setProblem(problemOf(error).message); return; }
    const saved = data?.saveView;
    if (saved?.__typename !== 'SavedView') { setProblem(saved?.message ?? 'The server gave no answer.'); return; }
    tellChange({
      severity: 'success',
      text: `View “${saved.name}” is saved`,
      undo: async () => {
        await remove({ id: saved.id });
      },
    });
    onClose();
  };

  return (
    <Dialog open onClose={onClose} aria-labelledby="save-view-title" slotProps={{ paper: { sx: { width: 440 } } }}>
      <form onSubmit={(event) => void submit(event)}>
        <DialogTitle id="save-view-title" variant="h1" component="h2">
          Save this view
        </DialogTitle>
        <DialogContent>
          <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>
            Kept is where you are: the workspace, the place on the map, what is selected, filtered and sorted. The data are those of the
            moment it is opened.
          </Typography>
          {problem !== null && (
            <Alert severity="error" variant="outlined" sx={{ mb: 2 }} data-testid="view-problem">
              {problem}
            </Alert>
          )}
          <TextField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
            fullWidth
            autoFocus
            onFocus={(event) => event.target.select()}
            slotProps={{ htmlInput: { maxLength: 100, 'data-testid': 'view-name' } }}
          />
          {mayShare && (
            <FormControlLabel
              sx={{ mt: 1 }}
              control={<Switch checked={isShared} onChange={(_event, isOn) => setShared(isOn)} />}
              label="Everybody sees it"
            />
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="contained" disabled={fetching || name.trim() === ''} data-testid="view-save">
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
