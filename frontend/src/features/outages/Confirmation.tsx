import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';

export interface Question {
  title: string;
  detail: string;
  /** The button that does it. */
  action: string;
  isDangerous?: boolean;
  /** A line that may be filled in, such as a note. */
  input?: { label: string; isNumber?: boolean };
  run: (input: string) => Promise<unknown>;
}

/** Asks before what cannot be taken back. */
export function Confirmation({ question, onClose }: { question: Question; onClose: () => void }) {
  const id = useId();
  const [input, setInput] = useState('');
  const [isBusy, setBusy] = useState(false);
  const isWrong = question.input?.isNumber === true && input !== '' && !(Number(input) >= 0 && Number.isFinite(Number(input)));
  const run = async (): Promise<void> => {
    setBusy(true);
    await question.run(input.trim());
    onClose();
  };
  return (
    <Dialog open onClose={onClose} aria-labelledby={id} maxWidth="xs" fullWidth>
      <DialogTitle id={id}>{question.title}</DialogTitle>
      <DialogContent>
        <Typography variant="body2">{question.detail}</Typography>
        {question.input !== undefined && (
          <TextField
            fullWidth
            label={question.input.label}
            value={input}
            onChange={(event) => setInput(event.target.value)}
            error={isWrong}
            helperText={isWrong ? 'A number of 0 or more' : undefined}
            slotProps={{ htmlInput: { maxLength: 500, inputMode: question.input.isNumber === true ? 'decimal' : 'text' } }}
            sx={{ mt: 2 }}
          />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Leave it</Button>
        <Button
          variant="contained"
          color={question.isDangerous === true ? 'error' : 'primary'}
          disabled={isBusy || isWrong}
          onClick={() => void run()}
          data-testid="confirm-question"
        >
          {question.action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
